/**
 * Offers to show those members only that have a text in them, where there are many. Brings the numbers of the page up to date: asks for the page again and takes over what is live in it, except where
 * somebody is about to press something. The page works without it.
 */
export const pageScript = `
const everyMs = Math.max(2000, document.querySelectorAll('[data-live]').length * 5);
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    if (!answer.ok) return;
    // The style of that answer has a nonce that is not this page's.
    const text = (await answer.text()).replace(/<style[^]*?<\\/style>/, '');
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    for (const old of document.querySelectorAll('[data-live]')) {
      const now = fresh.getElementById(old.id);
      if (now === null || old.contains(document.activeElement)) continue;
      if (old.innerHTML !== now.innerHTML) old.replaceChildren(...now.childNodes);
    }
    document.getElementById('freshness').textContent = 'live';
  } catch {
    document.getElementById('freshness').textContent = 'the server does not answer';
  }
}
setInterval(refresh, everyMs);
const rows = [...document.querySelectorAll('[data-member]')];
if (rows.length > 20) {
  const box = document.createElement('p');
  box.className = 'filter';
  const label = document.createElement('label');
  const input = document.createElement('input');
  const count = document.createElement('span');
  input.type = 'search';
  count.setAttribute('role', 'status');
  label.append('Show members with ', input);
  box.append(label, ' ', count);
  document.querySelector('main').prepend(box);
  const show = () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) shown++;
    }
    count.textContent = shown + ' of ' + rows.length;
    sessionStorage.setItem('filter', input.value);
  };
  input.value = sessionStorage.getItem('filter') || '';
  input.addEventListener('input', show);
  show();
}
document.getElementById('freshness').textContent = 'live';
`;
