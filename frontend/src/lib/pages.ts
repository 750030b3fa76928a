// Which page an address shows; each is a file of its own, fetched when it is wanted first.
import type { Component } from 'svelte';

/** A page and what it is shown of. */
export interface Shown { key: string; page: Component; props: Record<string, unknown> }

/** Pages differ in what they are shown of. */
type Loaded = Promise<{ default: Component<any> }>;
const PAGES: [RegExp, () => Loaded, (found: string[]) => Record<string, unknown>][] = [
  [/^\/m\/(\d+)\/?$/, () => import('../pages/Match.svelte'), ([id]) => ({ id: Number(id) })],
  [/^\/m\/(\d+)\/and\/(\d+)\/?$/, () => import('../pages/Compare.svelte'), (ids) => ({ ids: ids.map(Number) })],
  [/^\/m\/(\d+)\/report\/?$/, () => import('../pages/Report.svelte'), ([id]) => ({ id: Number(id) })],
  [/^\/logs\/?$/, () => import('../pages/Logs.svelte'), () => ({})],
  [/^\/experiments\/?$/, () => import('../pages/Experiments.svelte'), () => ({})],
  [/^\/experiments\/(\d+)\/?$/, () => import('../pages/Experiment.svelte'), ([id]) => ({ id: Number(id) })],
  [/^\/training\/?$/, () => import('../pages/Training.svelte'), () => ({})],
  [/^\/training\/(\d+)\/?$/, () => import('../pages/TrainingRun.svelte'), ([id]) => ({ id: Number(id) })],
  [/^\/leaderboard\/?$/, () => import('../pages/Leaderboard.svelte'), () => ({})],
  [/^\/rules\/?$/, () => import('../pages/Rules.svelte'), () => ({})],
  [/^\/me\/?$/, () => import('../pages/Me.svelte'), () => ({})],
  [/^\/new\/?$/, () => import('../pages/NewMatch.svelte'), () => ({})],
  [/^\/lanes\/?$/, () => import('../pages/Lanes.svelte'), () => ({})],
  [/^/, () => import('../pages/Home.svelte'), () => ({})],
];

/** The page of an address. */
export async function pageOf(path: string): Promise<Shown> {
  const [pattern, load, props] = PAGES.find(([one]) => one.test(path))!;
  const found = pattern.exec(path)!.slice(1);
  return { key: `${pattern} ${found}`, page: (await load()).default, props: props(found) };
}
