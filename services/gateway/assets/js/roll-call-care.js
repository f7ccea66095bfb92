// Allergies, PAI and what to do, in sight of who calls the children. They are asked for apart from the page, so that the
// page that is kept holds none of it; and kept sealed under a key that lives as long as this tab, so that they are still
// there when the connection drops or the page is loaded again, and are closed for who finds the tablet later.
import { CACHE, DAY, KEPT_AT, canKeep } from "./roll-call-keep.js";

const addressOf = (session) => `/agents/appel/consignes/${session}`;
const toText = (bytes) => btoa(String.fromCharCode(...bytes));
const toBytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

async function keyOfThisTab({ make }) {
  let text = sessionStorage.getItem(CACHE);
  if (!text && !make) return null;
  if (!text) {
    text = toText(crypto.getRandomValues(new Uint8Array(32)));
    sessionStorage.setItem(CACHE, text);
  }
  return crypto.subtle.importKey("raw", toBytes(text), "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function seal(session, sheets) {
  if (!canKeep()) return;
  const key = await keyOfThisTab({ make: true });
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(sheets)),
  );
  const kept = new Response(new Blob([iv, sealed]), { headers: { [KEPT_AT]: String(Date.now()) } });
  await (await caches.open(CACHE)).put(addressOf(session), kept);
}

async function unseal(session) {
  if (!canKeep()) return null;
  const kept = await caches.match(addressOf(session), { cacheName: CACHE });
  const key = await keyOfThisTab({ make: false });
  if (!kept || !key || Date.now() - Number(kept.headers.get(KEPT_AT)) > DAY) return null;
  const bytes = new Uint8Array(await kept.arrayBuffer());
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, key, bytes.slice(12));
  return JSON.parse(new TextDecoder().decode(opened));
}

// The instructions of a session's children, from the portal, else as they were last read in this tab; null: neither.
export async function readCare(session, ask, address) {
  try {
    const { sheets } = await ask(address);
    await seal(session, sheets).catch(() => {});
    return sheets;
  } catch {
    return unseal(session).catch(() => null);
  }
}

const made = (tag, text, name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });

// Puts them beside the children's names; a row that has none any more is cleared.
export function showCare(sheets, rowOf) {
  const spoken = new Map(sheets.map((sheet) => [sheet.child_id, sheet]));
  for (const place of document.querySelectorAll("[data-care]")) {
    if (!spoken.has(place.closest("[data-child]").dataset.child)) place.replaceChildren();
  }
  for (const sheet of sheets) {
    const place = rowOf(sheet.child_id)?.querySelector("[data-care]");
    if (!place) continue;
    const tags = [];
    if (sheet.has_pai) tags.push(made("strong", "PAI", "care__tag"));
    if (sheet.foods) tags.push(made("strong", `Sans : ${sheet.foods}`.replace(" :", "\u00a0:"), "care__tag"));
    if (sheet.ask_manager) tags.push(made("strong", "Consigne\u00a0: voir le responsable", "care__tag"));
    const open = place.querySelector("details")?.open ?? false;
    place.replaceChildren(...tags);
    if (sheet.lines.length) {
      const details = made("details", "", "care__more");
      details.open = open;
      details.append(made("summary", "Que faire", "care__summary"));
      details.querySelector("summary").append(made("span", ` pour ${sheet.name}`, "govuk-visually-hidden"));
      for (const [label, text] of sheet.lines) {
        const line = made("p", "", "care__line");
        line.append(made("span", `${label}\u00a0: `, "care__label"), text);
        details.append(line);
      }
      place.append(details);
    }
  }
}
