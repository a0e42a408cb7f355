/** Options of the checks that must notice trouble within a minute. */
export const often = {
  every: '20s',
  timeout: '30s',
  severity: 'page',
} as const;
