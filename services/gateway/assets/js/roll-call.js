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

function follow(sheet, sender) {
  const { root } = sheet;
  let attended = Date.now();
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => { attended = Date.now(); });
  // A tablet left alone asks nothing, so that its agent's session ends as it should.
  setInterval(async () => {
    if (document.hidden || sheet.pending.length || Date.now() - attended > ATTENDED) return;
    try {
      const state = await sender.ask(root.dataset.stateAddress);
      await sheet.store.keepState(state);
      sheet.take(state);
      sheet.show();
    } catch {
      // The next tap says whether the connection is back.
    }
  }, ASK_EVERY);
}

async function start(root) {
  let store;
  try {
    store = await openStore();
  } catch {
    root.querySelector("[data-cannot-keep]").hidden = false;
    return;
  }
  const sheet = new Sheet(root, store);
  const say = speaker(root.querySelector("[data-speaker]"));
  let careOf = "";
  const showInstructions = async (ask) => {
    const children = [...sheet.rows].filter(([, row]) => row.dataset.booked === "yes" || row.dataset.seen === "here")
      .map(([child]) => child).sort().join();
    if (children === careOf) return;
    careOf = children;
    const sheets = await readCare(sheet.session, ask, root.dataset.careAddress);
    root.querySelector("[data-no-care]").hidden = sheets !== null;
    if (sheets) showCare(sheets, (child) => sheet.rows.get(child));
    else careOf = "";
  };
  const addresses = { send: root.dataset.send, token: root.dataset.token };
  const sender = makeSender(store, addresses, root.dataset.csrf, {
    told: async (state) => {
      sheet.take(state);
      await sheet.read();
      sheet.show();
      showInstructions(sender.ask);
    },
    shown: say,
  });

  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-see]");
    if (!button) return;
    await sheet.press(button.closest("[data-child]").dataset.child, button.dataset.see);
    sheet.endSearch();
    sender.now();
  });
  root.querySelector("[data-undo]").addEventListener("click", async () => {
    const child = await sheet.undo();
    sender.now();
    sheet.rows.get(child)?.querySelector("[data-see]")?.focus();
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
  window.addEventListener("online", () => showInstructions(sender.ask));

  await sheet.read();
  sheet.show();
  for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
  root.dataset.ready = "yes";
  follow(sheet, sender);
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
