/**
 * A page's document as text: what a person needs to see why an element was not found. It is opened from a disk or a
 * web page of ours, so nothing in it may run: scripts are left out, and a policy forbids those that hide in attributes.
 */
import type { Page } from 'playwright';
import { concealed } from './picture.ts';
import { within } from './within.ts';

/** Longest copy that is kept, characters; the rest is cut. */
const copyCharsMax = 512 * 1024;
const titleCharsMax = 200;
/** Of the document as it is, characters: signs of a bot wall stand at its beginning. */
const headCharsMax = 64 * 1024;

/** What a page's document showed. */
export interface DocumentCopy {
  readonly title: string;
  /** The document with the present values of its fields, scripts left out. Not redacted. */
  readonly html: string;
  /** The beginning of the document as it is, scripts included: what a bot wall is recognised by. */
  readonly head: string;
}

/** Copies the document of a page's main frame; `undefined` when the page does not answer within `msMax`. */
export async function copyDocument(page: Page, msMax: number): Promise<DocumentCopy | undefined> {
  const bounds = { concealed, copyCharsMax, headCharsMax, titleCharsMax };
  const copied: unknown = await within(msMax, page.evaluate(`(${copyInPage})(${JSON.stringify(bounds)})`));
  return isCopy(copied) ? copied : undefined;
}

/** What comes from a page is what the page likes it to be. */
function isCopy(copied: unknown): copied is DocumentCopy {
  if (typeof copied !== 'object' || copied === null) return false;
  const { title, html, head } = copied as Readonly<Record<string, unknown>>;
  return typeof title === 'string' && typeof html === 'string' && typeof head === 'string';
}

/**
 * Evaluated in the page. The copy is made in a document that shows nothing: there, custom elements do not come to life
 * a second time. Fields get the values that they have now, those of passwords and cards a placeholder.
 */
const copyInPage = `({ concealed, copyCharsMax, headCharsMax, titleCharsMax }) => {
  const live = document.documentElement;
  const elsewhere = document.implementation.createHTMLDocument('');
  const copy = elsewhere.importNode(live, true);
  const copies = copy.querySelectorAll('input, textarea, select');
  live.querySelectorAll('input, textarea, select').forEach((field, at) => {
    const hidden = field.value !== '' && field.matches(concealed);
    if (field.tagName === 'TEXTAREA') copies[at].textContent = field.value;
    else copies[at].setAttribute('value', hidden ? '•••' : field.value);
    if (field.checked) copies[at].setAttribute('checked', '');
  });
  for (const out of copy.querySelectorAll('script, base, meta[http-equiv="refresh" i]')) out.remove();
  const add = (name, attributes) => {
    const element = elsewhere.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    copy.querySelector('head')?.prepend(element);
  };
  add('base', { href: document.baseURI });
  add('meta', {
    'http-equiv': 'Content-Security-Policy',
    content: "default-src 'none'; img-src * data:; style-src * 'unsafe-inline'; font-src * data:",
  });
  add('meta', { charset: 'utf-8' });
  return {
    title: document.title.slice(0, titleCharsMax),
    html: '<!doctype html>' + copy.outerHTML.slice(0, copyCharsMax),
    head: live.outerHTML.slice(0, headCharsMax),
  };
}`;
