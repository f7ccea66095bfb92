// Keeps the pages of roll-calls, and what they are made of, for when the connection drops. Nothing else of the agents'
// space: not the sheets to close, not the answers. What is kept of a page is good for twelve hours and gone at sign-out.
const CACHE = "appel";
const KEPT_AT = "X-Kept-At";
const HOUR = 3600 * 1000;
const PAGE = /^\/agents\/appel\/[^/]+\/[^/]+\/\d{4}-\d{2}-\d{2}$/;
const OFFLINE = "/agents/appel/hors-connexion";
const ASSETS = "/static/build/";
const PATIENCE = 5000;

const isAsset = (url) => url.pathname.startsWith(ASSETS);
const age = (kept) => Date.now() - Number(kept.headers.get(KEPT_AT));

async function put(address, answer) {
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  const copy = new Response(await answer.blob(), { status: 200, headers });
  await (await caches.open(CACHE)).put(address, copy);
}

async function find(address) {
  const kept = await caches.match(address, { cacheName: CACHE, ignoreVary: true });
  const longest = (isAsset(new URL(address, self.location)) ? 7 * 24 : 12) * HOUR;
  return kept && age(kept) < longest ? kept : undefined;
}

async function forgetOld() {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    if (!(await find(request.url))) await cache.delete(request);
  }
}

// A page of somebody signed in, whole, and of this very address: not the sign-in page it may lead to.
const isWhole = (answer) => answer.status === 200 && answer.type === "basic" && !answer.redirected;

async function keep({ page, assets }) {
  await forgetOld();
  const missing = [];
  for (const [address, longest] of [...assets.map((each) => [each, 24 * HOUR]), [OFFLINE, 24 * HOUR], [page, 60_000]]) {
    const kept = await find(address);
    if (!kept || age(kept) > longest) missing.push(address);
  }
  await Promise.all(missing.map(async (address) => {
    // The page that says that nothing is kept bears nobody's name.
    const answer = await fetch(address, { credentials: address === OFFLINE ? "omit" : "same-origin" });
    if (!isWhole(answer)) throw new Error(`${answer.status}`);
    await put(address, answer);
  }));
}

async function openPage(event) {
  const kept = await find(event.request.url);
  const fresh = fetch(event.request).then((answer) => {
    if (isWhole(answer)) event.waitUntil(put(event.request.url, answer.clone()));
    return answer;
  });
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  try {
    const answer = kept ? await Promise.race([fresh, late]) : await fresh;
    if (answer && (answer.status < 500 || !kept)) return answer;
  } catch {
    // No connection: what is kept, below.
  }
  fresh.catch(() => {});
  return kept ?? (await find(OFFLINE)) ?? Response.error();
}

async function openAsset(event) {
  const kept = await find(event.request.url);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.status === 200 && answer.type === "basic") event.waitUntil(put(event.request.url, answer.clone()));
  return answer;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forgetOld()])));
self.addEventListener("message", (event) => event.waitUntil(
  keep(event.data).then(() => true, () => false).then((kept) => event.ports[0].postMessage({ kept })),
));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(openPage(event));
  else if (isAsset(url)) event.respondWith(openAsset(event));
});
