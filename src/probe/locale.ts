/**
 * Languages, as browsers are told them.
 */

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
const alphabet = 'abcdefghijklmnopqrstuvwxyz';

/** A locale in its canonical form: `de-DE`; `undefined` where there is no such language. */
export function canonicalLocale(text: string): string | undefined {
  try {
    const [locale] = Intl.getCanonicalLocales(text);
    return locale !== undefined && names.of(new Intl.Locale(locale).language) !== undefined ? locale : undefined;
  } catch {
    return undefined;
  }
}

/** The locale that was meant: `de-DE` for `de_DE`, `de` for `german`. */
export function localeMeant(text: string): string | undefined {
  const canonical = canonicalLocale(text.trim().replaceAll('_', '-'));
  if (canonical !== undefined) return canonical;
  for (const first of alphabet) {
    for (const second of alphabet) {
      if (names.of(first + second)?.toLowerCase() === text.trim().toLowerCase()) return first + second;
    }
  }
  return undefined;
}
