/**
 * Whose a host is: the system that claims it.
 */

/**
 * Returns a function from a URL to the system that claims its host, by `host`, `host:port` or `*.domain`; an exact
 * claim goes before a wildcard. `undefined` where nobody does.
 */
export function systemsByHost<S extends { readonly hosts: readonly string[] }>(
  systems: readonly S[],
): (url: URL) => S | undefined {
  const exact = new Map<string, S>();
  const wild: [suffix: string, system: S][] = [];
  for (const system of systems) {
    for (const host of system.hosts.map((one) => one.toLowerCase())) {
      if (host.startsWith('*.')) wild.push([host.slice(1), system]);
      else exact.set(host, system);
    }
  }
  // The longer a suffix, the closer it is to the host.
  wild.sort((a, b) => b[0].length - a[0].length);
  return (url) => {
    const port = url.port === '' ? (url.protocol === 'https:' || url.protocol === 'wss:' ? '443' : '80') : url.port;
    const withPort = `${url.hostname}:${port}`;
    return (
      exact.get(withPort) ??
      exact.get(url.hostname) ??
      wild.find(([suffix]) => url.hostname.endsWith(suffix) || withPort.endsWith(suffix))?.[1]
    );
  };
}
