// A person's turn: which option is being filled in, with which seats, and what became of what was sent.
import type { Action, Ask, Option, VerdictWord } from './frames';
import type { Stream } from './stream.svelte';

/** Options that are answered by choosing seats. */
export const AIMED = new Set(['use', 'vote', 'whisper']);

export class Turn {
  /** The option being filled in. */
  chosen = $state.raw<Option | null>(null);
  picks = $state.raw<number[]>([]);
  param = $state('');
  problem = $state('');
  recorded = $state('');
  busy = $state(false);

  constructor(private stream: Stream) {}

  get ask(): Ask | null {
    return this.stream.ask;
  }

  /** Everything that can be done now: what answers the ask first. */
  get options(): Option[] {
    const ask = this.ask;
    return ask ? [...ask.options, ...ask.standing] : this.stream.standing;
  }

  get channels(): string[] {
    return this.options.filter((option) => option.verb === 'say').map((option) => option.name);
  }

  /** The option of a vote or of the only aimed ability, chosen by itself so that one may click a player at once. */
  get aim(): Option | null {
    if (this.chosen) return this.chosen;
    const aimed = (this.ask?.options ?? this.options).filter((option) => ['use', 'vote'].includes(option.verb) && option.slots.length);
    return aimed.length === 1 ? aimed[0]! : null;
  }

  /** Seats that may be picked next. */
  get legal(): number[] {
    const full = this.aim?.slots.length === this.picks.length;
    const slot = this.aim?.slots[full ? this.picks.length - 1 : this.picks.length] ?? [];
    return this.aim?.twice ? slot : slot.filter((seat) => !this.picks.includes(seat));
  }

  reason(seat: number): string {
    const slot = Math.min(this.picks.length, (this.aim?.slots.length ?? 1) - 1);
    return this.aim?.illegal[slot]?.[String(seat)] ?? '';
  }

  choose(option: Option | null): void {
    this.chosen = this.chosen === option ? null : option;
    this.picks = [];
    this.param = option?.params[0]?.value ?? '';
    this.problem = '';
    if (option && !option.slots.length && !option.params.length && option.verb === 'use') void this.confirm();
  }

  /** Pick a seat. A vote is sent at once; a night's deed waits to be confirmed. */
  pick(seat: number): void {
    const aim = this.aim;
    if (!aim || !this.legal.includes(seat)) return;
    const full = this.picks.length === aim.slots.length;
    this.picks = [...(full ? this.picks.slice(0, -1) : this.picks), seat];
    if (aim.verb === 'vote') void this.confirm();
  }

  /** Whether what is filled in can be sent. */
  get ready(): boolean {
    const aim = this.aim;
    return aim?.verb === 'use' && aim.slots.length + aim.params.length > 0 && this.picks.length === aim.slots.length;
  }

  /** Send what is filled in. */
  async confirm(): Promise<void> {
    const aim = this.aim;
    if (!aim || this.busy || this.picks.length < aim.slots.length) return;
    const target = this.picks[0] ?? 0;
    const action: Action =
      aim.verb === 'vote' ? { do: 'vote', target: target || null } : { do: 'use', ability: aim.name, targets: this.picks, param: this.param || (aim.params[0]?.value ?? '') };
    await this.send(action, aim.label);
  }

  /** Forget what is half filled in: another question is open. */
  reset(): void {
    this.chosen = null;
    this.picks = [];
    this.param = '';
    this.problem = '';
    this.recorded = '';
  }

  /** Save a will, a death note or a notebook; '' or why not. Touches nothing else that is under way. */
  write(verb: 'will' | 'note' | 'jot', text: string): Promise<string> {
    return this.stream.act([{ do: verb, text }], null);
  }

  async judge(verdict: VerdictWord): Promise<void> {
    await this.send({ do: 'judge', verdict }, verdict);
  }

  async pass(): Promise<void> {
    await this.send({ do: 'pass' }, 'Passed');
  }

  /** Send one action: as the answer where it answers the open ask, else as a standing permission. */
  async send(action: Action, label: string): Promise<string> {
    this.busy = true;
    this.problem = '';
    const answers = this.ask?.options.some((option) => fits(option, action)) && !this.ask.given;
    const error = await this.stream.act([action], answers ? this.ask!.id : null);
    this.busy = false;
    this.problem = error;
    if (!error) {
      this.recorded = label;
      this.chosen = null;
    }
    this.picks = [];
    return error;
  }
}

function fits(option: Option, action: Action): boolean {
  if (option.verb !== action.do) return false;
  if (action.do === 'use') return option.name === action.ability;
  if (action.do === 'say') return option.name === action.channel;
  if (action.do === 'judge') return option.name === action.verdict;
  return true;
}

/** A soft tone, once the page has been touched. */
export function chime(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  const audio = new AudioContext();
  const gain = audio.createGain();
  const tone = audio.createOscillator();
  tone.frequency.value = 660;
  gain.gain.setValueAtTime(0.0001, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.08, audio.currentTime + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.5);
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.55);
  tone.onended = () => void audio.close();
}
