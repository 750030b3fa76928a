import { mount } from 'svelte';
import { saved } from './lib/saved';
import Match from './pages/Match.svelte';
import './style.css';

const target = document.getElementById('app');
if (target && saved) {
  target.replaceChildren();
  mount(Match, { target, props: { id: saved.match.id } });
}
