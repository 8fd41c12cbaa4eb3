// What Tincan opens with when the server is out of reach: the page itself, and what it is made of. Nothing that anybody
// said and no address of a room is kept. With the server there, everything comes from it.

const SHELL = 'shell';
/** The pages that are the same for everybody. */
const PAGES = ['/', '/booth'];

const AWAY = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tincan</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<h1>Tincan is out of reach</h1><p>Its server does not answer. Look after your connection, and <a href="">try again</a>.</p>`;

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin) return;
  if (mode === 'navigate') event.respondWith(page(event.request, pathname));
  else if (isPart(pathname)) event.respondWith(part(event.request, pathname));
});

/** A page that has loaded says what it is made of. What another build was made of is not needed any more. */
addEventListener('message', (event) => event.waitUntil(keepAll(event.data)));

async function keepAll(urls) {
  const paths = urls.map((url) => new URL(url)).filter(({ origin }) => origin === location.origin).map(({ pathname }) => pathname);
  const parts = paths.filter(isPart);
  const shell = await caches.open(SHELL);
  for (const { url } of await shell.keys()) {
    const build = buildOf(new URL(url).pathname);
    if (build && !parts.some((path) => buildOf(path) === build)) await shell.delete(url);
  }
  const kept = parts.map((path) => part(new Request(path), path));
  await Promise.allSettled([...kept, ...PAGES.map((path) => page(new Request(path), path))]);
}

function isPart(pathname) {
  return pathname.includes('/pkg/') || /\.(svg|png|webmanifest)$/.test(pathname);
}

async function page(request, pathname) {
  try {
    const answer = await fetch(request);
    if (answer.ok && PAGES.includes(pathname)) await keep(pathname, answer.clone());
    return answer;
  } catch {
    return (await (await caches.open(SHELL)).match(pathname)) ?? away();
  }
}

/** What a build's address names never changes; another build's is not needed any more. */
async function part(request, pathname) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(pathname);
  if (kept && buildOf(pathname)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await keep(pathname, answer.clone());
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function keep(pathname, answer) {
  const shell = await caches.open(SHELL);
  // A disk that is full is no reason to show nothing.
  await shell.put(pathname, answer).catch(() => {});
}

function buildOf(pathname) {
  return /^\/([^/]+)\/pkg\//.exec(pathname)?.[1];
}

function away() {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" };
  return new Response(AWAY, { status: 503, headers });
}
