// What the tablet keeps of roll-calls until the portal has it: taps (ids of children, no names), this tablet's own id,
// and where each session stood when the portal last said so. IndexedDB: it outlives the page, the tab and the browser.
const NAME = "appel";
const WEEK = 7 * 24 * 3600 * 1000;

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const base = request.result;
    // The key is the tap's number: it grows with each press, and is never given twice, even after a deletion.
    base.createObjectStore("taps", { keyPath: "number", autoIncrement: true });
    base.createObjectStore("sessions", { keyPath: "session" });
    base.createObjectStore("tablet", { keyPath: "name" });
  };
  return done(request);
}

// A promise that is kept when the transaction is on the disk, not when it was asked for.
function written(base, store, act) {
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(store, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
    act(transaction.objectStore(store));
  });
}

export async function openStore() {
  const base = await open();
  const all = (name) => done(base.transaction(name).objectStore(name).getAll());

  async function device() {
    const known = await done(base.transaction("tablet").objectStore("tablet").get("device"));
    if (known) return known.id;
    // Two tabs may come here at once: the first to write wins, the other reads what it wrote.
    await written(base, "tablet", (store) => store.add({ name: "device", id: crypto.randomUUID() })).catch(() => {});
    return (await done(base.transaction("tablet").objectStore("tablet").get("device"))).id;
  }

  async function forgetOldSessions() {
    const old = (await all("sessions")).filter((each) => Date.now() - each.at > WEEK);
    if (old.length) {
      await written(base, "sessions", (store) => old.forEach((each) => store.delete(each.session)));
    }
  }

  await forgetOldSessions();
  return {
    device: await device(),
    // Every tap not known to be received, of every session, in the order of the presses.
    taps: () => all("taps"),
    add: (tap) => written(base, "taps", (store) => store.add(tap)),
    remove: (taps) => written(base, "taps", (store) => taps.forEach((tap) => store.delete(tap.number))),
    state: async (session) =>
      (await done(base.transaction("sessions").objectStore("sessions").get(session)))?.state ?? null,
    keepState: (state) => written(base, "sessions", (store) =>
      store.put({ session: state.session_id, state, at: Date.now() })),
  };
}
