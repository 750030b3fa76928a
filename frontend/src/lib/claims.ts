// Lies in the talk: who says "I am the Sheriff" and is not. Careful on purpose: what might be meant otherwise is let pass.
import type { Line } from './reduce';

/** Where the town is spoken to; what a team says among itself is planning. */
const CHANNELS = new Set(['public', 'whisper', 'jail']);
/** Before a claim these may turn it into somebody else's words, a wish or a denial. */
const DOUBT = /\b(?:if|whether|say|says|said|saying|think|thinks|thought|believe|believes|claim|claims|claimed|pretend|suppose|imagine|call|calls|called|tell|tells|told|not|never|like|when|unless)\b/i;

const patterns = new Map<readonly string[], RegExp>();

function pattern(roles: readonly string[]): RegExp {
  const known = patterns.get(roles);
  if (known) return known;
  const names = [...roles].sort((a, b) => b.length - a.length).map((role) => role.replace(/[^\w ]/g, '\\$&')).join('|');
  const made = new RegExp(`^(.*?)\\b(?:(?:I am|I['’]m|my role is)\\s+(?:(?:the|a|an)\\s+)?(${names})\\b(?!['’-])|(${names}) here$)`, 'i');
  patterns.set(roles, made);
  return made;
}

/** The role that a text claims for its speaker; empty when it claims none. */
export function claimed(text: string, roles: readonly string[]): string {
  for (const [, sentence = '', end] of text.matchAll(/([^.!?;:\n]+)([.!?;:\n]?)/g)) {
    const found = end === '?' ? null : pattern(roles).exec(sentence.trim());
    const name = found && !DOUBT.test(found[1] ?? '') && (found[2] ?? found[3]);
    if (name) return roles.find((role) => role.toLowerCase() === name.toLowerCase()) ?? '';
  }
  return '';
}

/** The true role of whoever claims another one in a line; empty otherwise, and wherever the role is not known. */
export function unmasked(line: Line, roles: readonly string[]): string {
  if (!line.role || !CHANNELS.has(line.channel)) return '';
  const claim = claimed(line.text, roles);
  return claim && claim !== line.role ? line.role : '';
}
