// What the tablet keeps of a roll-call's page, so that it opens without connection. `site.js` forgets it.
export const CACHE = "appel";
export const KEPT_AT = "X-Kept-At";
export const DAY = 12 * 3600 * 1000;

export const canKeep = () => "serviceWorker" in navigator && "caches" in window && window.isSecureContext;

// The worker keeps this page and what it is made of. True once it has.
export async function keepPage(worker, scope) {
  if (!canKeep()) return false;
  await navigator.serviceWorker.register(worker, { scope });
  const registration = await navigator.serviceWorker.ready;
  const assets = performance.getEntriesByType("resource").map((each) => each.name)
    .filter((name) => new URL(name).pathname.startsWith("/static/build/"));
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => resolve(data.kept === true);
    registration.active.postMessage({ page: window.location.href, assets }, [channel.port2]);
  });
}
