/**
 * A fault is told where the option was written, wherever that is.
 */
import { relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { load } from '../load.ts';
import { LANDSCAPE, ProjectFolder } from '../sample-project.fixture.ts';

const folder = new ProjectFolder();
afterAll(() => folder[Symbol.dispose]());

/** The timeout that is wrong stands in the line that ends with `// here`. */
const files: Readonly<Record<string, string>> = {
  'object.ts': `export const one = http('shop/a', { url, every: '1m' });
export const two = http('shop/b', {
  url,
  every: '1m',
  timeout: 'x', // here
});`,
  'variable.ts': `const options = {
  timeout: 'x', // here
  every: '1m' as const,
};
export default http('shop/c', { ...options, url });`,
  'overridden.ts': `const options = { timeout: '5s', every: '1m' as const };
export default http('shop/d', {
  ...options,
  timeout: 'x', // here
  url,
});`,
  'helper.ts': `const probe = (name: string, more: object) =>
  http(\`shop/\${name}\`, { url, every: '1m', ...more });
export default probe('e', {
  timeout: 'x', // here
});`,
  'function.ts': `const often = (name: string) => {
  return {
    every: '1m',
    timeout: 'x', // here
  } as const;
};
export default http('shop/f', { url, ...often('f') });`,
  'member.ts': `const all = {
  calm: { every: '1h', timeout: '5s' },
  often: {
    every: '1m',
    timeout: 'x', // here
  },
} as const;
export default http('shop/g', { url, ...all.often });`,
  'choice.ts': `export default http('shop/h', {
  url,
  ...(url.startsWith('https') ? { every: '1m' } : { every: '1h' }),
  ...Object.assign({}, {
    timeout: 'x', // here
  }),
});`,
  'shared.ts': `import { often } from './_often.ts';
export default http('shop/i', { url, ...often });`,
  '_often.ts': `export const often = {
  every: '1m',
  timeout: 'x', // here
};`,
  'nested.ts': `export default http('shop/j', {
  url,
  every: '1m',
  expect: () => {
    return {
      status: 200,
      json: {
        '$.exists': { exists: true },
        '$.b': {
          exists: 'x', // here
        },
      },
    };
  },
});`,
  'element.ts': `export default http('shop/k', {
  url,
  every: '1m',
  from: [
    'fra',
    'pax', // here
  ],
});`,
  'id.ts': `export default http(
  'Shop/l', // here
  { url, every: '1m' },
);`,
  'list.ts': `export default ['m'].map((name) =>
  http(\`shop/\${name}\`, {
    url,
    every: '1m',
    timeout: 'x', // here
  }),
);`,
};

test('options are found in objects, variables, functions, lists and shared files', async () => {
  const head = "import { http } from 'vedette'; const url = 'https://shop.example/';\n";
  const written = Object.entries(files).map(
    ([file, text]) => [file, file.startsWith('_') ? text : head + text] as const,
  );
  const dir = folder.write('places', { 'landscape.ts': LANDSCAPE, ...Object.fromEntries(written) });
  const { faults } = await load(dir);
  const wanted = written.flatMap(([file, text]) => {
    const line = text.split('\n').findIndex((one) => one.endsWith('// here')) + 1;
    return line === 0 ? [] : [`${file}:${line}`];
  });
  expect(faults.map(({ file, line }) => `${relative(dir, file)}:${line}`)).toEqual(wanted.sort());
});
