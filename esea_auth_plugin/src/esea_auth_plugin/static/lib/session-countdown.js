/** Texts and times of the warning before a session ends (WCAG 2.2.1). */
import { counted } from "./french.js";

const OVER = "Votre session est terminée. Reconnectez-vous : ce que vous enverrez depuis cette page sera repris.";
const MAX_TICK = 60_000;
const WARNING_TICK = 5_000;

/**
 * Return the state of the session.
 * @param {number} endsAt end of the session, in milliseconds of the clock
 * @param {number} now milliseconds of the same clock; a laptop that slept must not count ticks
 * @param {number} warnBefore seconds before the end at which the warning starts
 * @returns {{ phase: "running" | "ending" | "over", text: string, nextTick: number }} text to show, empty while
 *   running; milliseconds until the state may have changed, 0 when it is final
 */
export function sessionState(endsAt, now, warnBefore) {
  const seconds = Math.round((endsAt - now) / 1000);
  if (seconds <= 0) return { phase: "over", text: OVER, nextTick: 0 };
  if (seconds > warnBefore) {
    return { phase: "running", text: "", nextTick: Math.min((seconds - warnBefore) * 1000, MAX_TICK) };
  }
  const left = counted(Math.ceil(seconds / 60), "minute");
  const text = `Elle se termine dans ${left}. Ce que vous n'avez pas envoyé pourrait être perdu.`;
  return { phase: "ending", text, nextTick: WARNING_TICK };
}
