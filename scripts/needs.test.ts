import { expect, test } from 'vitest';
import { installCommand, needs, platformOf } from './needs.ts';

test.each([
  ['debian', 'linux', 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'],
  ['debian', 'linux', 'ID=raspbian\nID_LIKE=debian\n'],
  ['ubuntu', 'linux', 'ID=ubuntu\nID_LIKE=debian\n'],
  ['ubuntu', 'linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'],
  ['other', 'linux', 'ID=fedora\n'],
  ['other', 'linux', undefined],
  ['other', 'win32', undefined],
  ['macos', 'darwin', undefined],
])('is %s on %s that says %j', (platform, system, osRelease) => {
  expect(platformOf(system === process.platform && osRelease === undefined ? '' : osRelease, system)).toBe(platform);
});

test('the install command asks nothing and brings no more than it must', () => {
  expect(installCommand('debian', ['redis-server'])).toBe(
    'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server',
  );
  expect(installCommand('macos', ['redis', 'prometheus'])).toBe('brew install redis prometheus');
  expect(installCommand('other', ['redis'])).toBeUndefined();
});

test('Ubuntu gets no chromium package, which would be a snap', () => {
  expect(needs.flatMap((need) => need.packages.ubuntu).join(' ')).not.toContain('chromium');
});

test('everything is found here, where setup has run', async () => {
  for (const need of needs) expect(await need.find(), need.name).toBeDefined();
});
