// The roll-call on a tablet: one tap a child, kept here at once and sent as soon as it can be. And on the list of sheets,
// what an earlier page has left to send.
import { readCare, showCare } from "./roll-call-care.js";
import { keepPage } from "./roll-call-keep.js";
import { makeSender } from "./roll-call-sender.js";
import { Sheet } from "./roll-call-sheet.js";
import { openStore } from "./roll-call-store.js";
import { speaker } from "./roll-call-words.js";

const ASK_EVERY = 20_000;
const ATTENDED = 5 * 60_000;

// What other tablets do is asked for now and then, while somebody is there: a tablet left alone asks nothing, so that its
// agent's session ends as it should.
function follow(sheet, ask, told) {
  let attended = Date.now();
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => { attended = Date.now(); });
  const look = async () => {
    if (document.hidden || sheet.pending.length || Date.now() - attended > ATTENDED) return;
    try {
      const state = await ask(sheet.root.dataset.stateAddress);
      await sheet.store.keepState(state);
      await told(state);
    } catch {
      // The next tap says whether the connection is back.
    }
  };
  setInterval(look, ASK_EVERY);
  // A page that came from the worker may be of this morning.
  if (navigator.serviceWorker?.controller) look();
}

// Allergies, PAI and what to do, read again when the children on the sheet are others.
function instructions(sheet) {
  let shown = "";
  return async (ask) => {
    const children = [...sheet.rows].filter(([, row]) => row.dataset.booked === "yes" || row.dataset.seen === "here")
      .map(([child]) => child).sort().join();
    if (children === shown) return;
    shown = children;
    const sheets = await readCare(sheet.session, ask, sheet.root.dataset.careAddress);
    sheet.root.querySelector("[data-no-care]").hidden = sheets !== null;
    if (sheets) showCare(sheets, (child) => sheet.rows.get(child));
    else shown = "";
  };
}

function listen(sheet, sender) {
  const { root } = sheet;
  const press = async (act) => {
    try {
      return await act();
    } catch {
      // No room, or the browser took its store away: what cannot be kept must not look kept.
      root.querySelector("[data-cannot-keep]").hidden = false;
      return null;
    } finally {
      sender.now();
    }
  };
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-see]");
    if (!button) return;
    const row = button.closest("[data-child]");
    const next = sheet.shownAfter(row);
    const sought = sheet.sought;
    await press(() => sheet.press(row.dataset.child, button.dataset.see));
    sheet.endSearch(sought);
    if (row.hidden) next?.querySelector("[data-see]").focus();
  });
  root.querySelector("[data-undo]").addEventListener("click", async () => {
    const child = await press(() => sheet.undo());
    sheet.rows.get(child)?.querySelector("[data-see]").focus();
  });
  for (const control of root.querySelectorAll("[data-find], [data-class-filter], [data-left]")) {
    control.addEventListener("input", () => sheet.filter());
  }
  root.querySelector("[data-close]").addEventListener("click", async (event) => {
    if (!sheet.pending.length && navigator.onLine) return;
    event.preventDefault();
    await sender.now();
    await sheet.read();
    if (sheet.pending.length || !navigator.onLine) root.querySelector("[data-cannot-close]").hidden = false;
    else window.location.assign(event.target.closest("a").href);
  });
}

async function start(root) {
  let store;
  try {
    if (!window.isSecureContext) throw new Error("not a secure context");
    store = await openStore();
  } catch {
    root.querySelector("[data-cannot-keep]").hidden = false;
    return;
  }
  navigator.storage?.persist?.().catch(() => {});
  const sheet = new Sheet(root, store);
  const showInstructions = instructions(sheet);
  const told = async (state) => {
    sheet.take(state);
    await sheet.read();
    sheet.show();
    showInstructions(sender.ask);
  };
  const addresses = { send: root.dataset.send, token: root.dataset.token };
  const shown = speaker(root.querySelector("[data-speaker]"));
  const sender = makeSender(store, addresses, root.dataset.csrf, { told, shown });

  await sheet.read();
  sheet.show();
  listen(sheet, sender);
  for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
  window.addEventListener("online", () => {
    root.querySelector("[data-cannot-close]").hidden = true;
    showInstructions(sender.ask);
  });
  follow(sheet, sender.ask, told);
  await Promise.all([sender.now(), showInstructions(sender.ask)]);
  const isKept = await keepPage(root.dataset.worker, root.dataset.scope).catch(() => false);
  root.querySelector("[data-kept]").hidden = !isKept;
}

const rollCall = document.querySelector("[data-roll-call]");
if (rollCall) start(rollCall);
const outbox = document.querySelector("[data-outbox]");
if (outbox) {
  openStore().then((store) => {
    const { send, token, csrf } = outbox.dataset;
    makeSender(store, { send, token }, csrf, { told: () => {}, shown: speaker(outbox) }).now();
  }).catch(() => {});
}
