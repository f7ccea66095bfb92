// Brings the taps that the tablet keeps to the portal: at once, on coming back, and again after longer and longer waits.
// A tap leaves the tablet only when the portal has said that it has it; what is sent twice counts once there.
const MOST = 200;
const PATIENCE = 15_000;
const LONGEST = 60_000;

class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function call(address, options = {}) {
  const answer = await fetch(address, {
    ...options,
    cache: "no-store",
    headers: { Accept: "application/json", ...options.headers },
    signal: AbortSignal.timeout(PATIENCE),
  });
  const said = await answer.json().catch(() => null);
  // What is no answer of ours comes from something in between: a proxy, the sign-in page of a public network.
  if (!said || answer.status >= 500) throw new Refused("away", "");
  if (!answer.ok) throw new Refused(said.error, said.message ?? "");
  return said;
}

// `addresses`: { send, token }. `told(state)`: what the portal says of a session. `shown({phase, pending, at, message})`:
// phase is "ready", "saved", "sending", "offline", "away", "signed_out" or "refused".
export function makeSender(store, addresses, csrf, { told, shown }) {
  let token = csrf;
  let failures = 0;
  let timer = 0;
  let running = null;
  let wanted = false;

  async function post(session, taps) {
    const body = JSON.stringify({
      session_id: session,
      device_id: store.device,
      sent_at: new Date().toISOString(),
      taps: taps.map(({ tap_id, child_id, seen, at, number, by }) => ({ tap_id, child_id, seen, at, number, by })),
    });
    const send = () => call(addresses.send, {
      method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    });
    try {
      return await send();
    } catch (problem) {
      // Signed in again meanwhile, or a page kept from before: the token is another, the taps are the same.
      if (problem.code !== "csrf") throw problem;
      token = (await call(addresses.token)).csrf;
      return send();
    }
  }

  async function sendAll() {
    let at = null;
    let refusal = null;
    const sessions = new Set((await store.taps()).map((tap) => tap.session));
    for (const session of sessions) {
      for (;;) {
        const taps = (await store.taps()).filter((tap) => tap.session === session).slice(0, MOST);
        if (!taps.length) break;
        try {
          const state = await post(session, taps);
          const kept = new Set(state.kept);
          const received = taps.filter((tap) => kept.has(tap.tap_id));
          if (!received.length) throw new Refused("away", "");
          await store.keepState(state);
          await store.remove(received);
          at = state.received_at;
          told(state);
        } catch (problem) {
          // What one session is refused for does not keep the others waiting.
          if (!(problem instanceof Refused) || ["away", "not_signed_in", "csrf"].includes(problem.code)) throw problem;
          refusal = problem;
          break;
        }
      }
    }
    if (refusal) throw refusal;
    return at;
  }

  async function run() {
    clearTimeout(timer);
    try {
      do {
        wanted = false;
        const pending = (await store.taps()).length;
        if (pending) shown({ phase: "sending", pending });
        const at = await sendAll();
        failures = 0;
        if (at) shown({ phase: "saved", pending: 0, at });
        else shown({ phase: navigator.onLine ? "ready" : "offline", pending: 0 });
      } while (wanted);
    } catch (problem) {
      failures += 1;
      const pending = (await store.taps()).length;
      const phases = { away: "away", not_signed_in: "signed_out" };
      const phase = problem instanceof Refused ? phases[problem.code] ?? "refused" : "offline";
      shown({ phase, pending, message: problem instanceof Refused ? problem.message : "" });
      const wait = Math.min(LONGEST, 1000 * 2 ** failures);
      timer = setTimeout(now, wait * (0.5 + Math.random() / 2));
    }
  }

  // One sending at a time on this tablet, whatever the tabs; what is pressed meanwhile goes in the next one.
  function now() {
    wanted = true;
    running ??= (navigator.locks ? navigator.locks.request("appel-envoi", run) : run())
      .finally(() => {
        running = null;
        if (wanted && !failures) now();
      });
    return running;
  }

  for (const change of ["online", "offline"]) window.addEventListener(change, () => now());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });
  return { now, ask: call };
}
