// The shop's own script: basket, search, sign-in and checkout, in the customer's browser.
const context = JSON.parse(document.getElementById('context').textContent);
const { market, locale, currency, text, hosts } = context;
const basketKey = `halm.basket.${market}`;
const waitMsMax = 15_000;

const price = (cents, unit = currency) =>
  new Intl.NumberFormat(locale, { style: 'currency', currency: unit }).format(cents / 100);
const byId = (id) => document.getElementById(id);
const basket = () => JSON.parse(localStorage.getItem(basketKey) ?? '{}');
const customer = () => JSON.parse(sessionStorage.getItem('halm.customer') ?? 'null');

function show(id, message) {
  const place = byId(id);
  place.textContent = message;
  place.hidden = false;
}

function countBasket() {
  byId('basket-count').textContent = Object.values(basket()).reduce((sum, quantity) => sum + quantity, 0);
}

async function call(url, body, credentials = 'same-origin') {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    credentials,
    signal: AbortSignal.timeout(waitMsMax),
  });
  return { ok: response.ok, status: response.status, body: await response.json() };
}

function addToBasket(button) {
  const lines = basket();
  lines[button.dataset.add] = (lines[button.dataset.add] ?? 0) + 1;
  localStorage.setItem(basketKey, JSON.stringify(lines));
  button.classList.add('added');
  button.firstChild.textContent = text.added;
  countBasket();
}

function resultLine(item) {
  const line = document.createElement('button');
  line.className = 'result';
  line.dataset.add = item.sku;
  line.append(
    text.add,
    Object.assign(document.createElement('span'), { textContent: ` ${item.name} · ${price(item.cents)}` }),
  );
  const row = document.createElement('p');
  const name = Object.assign(document.createElement('strong'), { textContent: item.name });
  row.append(name, ` ${price(item.cents)} `, line);
  line.lastChild.className = 'hidden';
  return row;
}

async function search(event) {
  event.preventDefault();
  const query = new FormData(event.target).get('q');
  const { body } = await call(`${hosts.search}/search?market=${market}&q=${encodeURIComponent(query)}`);
  const heading = document.createElement('h2');
  heading.textContent = body.items.length === 0 ? text.nothing : `${body.items.length} ${text.found}`;
  byId('results').replaceChildren(heading, ...body.items.map(resultLine));
  byId('results').hidden = false;
}

function showBasket() {
  const lines = context.items.filter((item) => basket()[item.sku]);
  byId('basket-empty').hidden = lines.length > 0;
  byId('to-checkout').hidden = lines.length === 0;
  const body = byId('basket-lines').tBodies[0];
  for (const item of lines) {
    const row = body.insertRow();
    row.insertCell().textContent = `${basket()[item.sku]} ×`;
    row.insertCell().textContent = item.name;
    row.insertCell().textContent = price(item.cents * basket()[item.sku], item.currency);
  }
}

async function signIn(event) {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(event.target));
  const refused = () => ({ ok: false, status: 0 });
  const answer = await call(`${hosts.identity}/v1/sign-in`, { email, password }, 'include').catch(refused);
  if (!answer.ok) {
    show('sign-in-notice', answer.status === 401 ? text.wrongPassword : text.signInFailed);
    return;
  }
  sessionStorage.setItem('halm.customer', JSON.stringify(answer.body));
  location.href = `/${market}`;
}

const lines = () => Object.entries(basket()).map(([sku, quantity]) => ({ sku, quantity }));

async function quote() {
  const { ok, body } = await call(`${hosts.orders}/quotes`, { market, lines: lines() });
  if (!ok) return;
  const unit = context.items[0]?.currency ?? currency;
  byId('delivery').textContent = price(body.deliveryCents, unit);
  byId('tax').textContent = price(body.taxCents, unit);
  byId('total').textContent = price(body.totalCents, unit);
}

async function pay(key) {
  const form = new FormData(byId('checkout-form'));
  byId('pay').disabled = true;
  show('outcome', text.paying);
  try {
    const token = await call(`${hosts.payment}/v1/tokens`, { key, card: form.get('card') });
    if (!token.ok) throw new Error(`no token: ${token.status}`);
    const order = await call(
      `${hosts.orders}/orders`,
      { market, lines: lines(), paymentToken: token.body.token },
      'include',
    );
    if (!order.ok) throw new Error(`no order: ${order.status}`);
    localStorage.removeItem(basketKey);
    byId('order').textContent = order.body.id;
    byId('checkout').hidden = true;
    byId('thanks').hidden = false;
    countBasket();
  } catch (error) {
    console.error(`payment failed: ${error.message}`);
    show('outcome', text.payFailed);
  }
  byId('pay').disabled = false;
}

countBasket();
if (customer()) {
  const greeting = Object.assign(document.createElement('span'), {
    className: 'greeting',
    textContent: `${text.signedIn}, `,
  });
  byId('account').replaceChildren(greeting, customer().name);
}
byId('search').addEventListener('submit', (event) => void search(event));
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-add]');
  if (button) addToBasket(button);
});
if (byId('basket-lines')) showBasket();
byId('sign-in')?.addEventListener('submit', (event) => void signIn(event));
if (byId('checkout-form')) {
  void quote();
  // Without a key this throws, as it would in any shop: the button stays, and nobody listens to it.
  const { key } = context.payment;
  byId('pay').addEventListener('click', () => void pay(key));
}
