/**
 * A handicap for studies, loaded into a broker process before its own code (`slow-broker.ts?share=0.05`): every few milliseconds the process
 * burns that share of the CPU time it has used since, so that each record costs it so much more. What it burnt is not counted as use. With
 * share 0 it only looks, so that both sides of a study carry the same module.
 */

const PERIOD_MS = 5;

const share = Number(new URL(import.meta.url).searchParams.get('share'));
let burntUs = 0;

setInterval(() => {
  const usedUs = cpuUs() - burntUs;
  const owedUs = share * usedUs - burntUs;
  const from = cpuUs();
  let now = from;
  while (now - from < owedUs) now = cpuUs();
  burntUs += now - from;
}, PERIOD_MS).unref();

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
