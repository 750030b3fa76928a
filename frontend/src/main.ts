import { mount } from 'svelte';
import App from './App.svelte';
import './style.css';
import { pageOf } from './lib/pages';

const target = document.getElementById('app');
if (target) {
  void pageOf(location.pathname).then((first) => {
    target.replaceChildren();
    mount(App, { target, props: { first } });
  });
}
