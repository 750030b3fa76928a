// Dark or light as chosen on the site, before anything is drawn.
const theme = localStorage.getItem('theme');
if (theme) document.documentElement.dataset.theme = theme;
