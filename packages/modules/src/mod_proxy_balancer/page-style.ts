/** The style of the manager's page. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --back: #f5f6f8; --card: #fff; --line: #d9dde3; --text: #1b1f26; --faint: #5b6472;
  --accent: #1f5fbf; --accent-text: #fff; --good: #1a7f37; --good-back: #dff5e4;
  --warn: #8a5a00; --warn-back: #fff1d0; --bad: #b3261e; --bad-back: #fde3e1; --spark: #4a7fd4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12151a; --card: #1b2028; --line: #343c49; --text: #e7eaf0; --faint: #9aa5b5;
    --accent: #6ea3f5; --accent-text: #0e1218; --good: #6fd68a; --good-back: #16361f;
    --warn: #f0c060; --warn-back: #3d2f0c; --bad: #ff9088; --bad-back: #451b18; --spark: #6ea3f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
header, main, footer { max-width: 82rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.4rem; }
h1 { font-size: 1.45rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
p { margin: .35rem 0; }
a { color: var(--accent); }
code { overflow-wrap: anywhere; }
.faint { color: var(--faint); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem; margin: 1.1rem 0; }
.head { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: baseline; justify-content: space-between; }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: .5rem 0 .9rem; padding: 0; color: var(--faint); }
.facts b { color: var(--text); font-weight: 600; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--faint); border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; }
td { padding: .5rem .6rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; padding-right: 1.1rem; font-variant-numeric: tabular-nums; }
td.line { white-space: nowrap; }
.name { font-weight: 600; overflow-wrap: anywhere; }
td:first-child { min-width: 14rem; }
.pill { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .82rem; font-weight: 600; white-space: nowrap; background: var(--line); }
.pill.good { background: var(--good-back); color: var(--good); }
.pill.warn { background: var(--warn-back); color: var(--warn); }
.pill.bad { background: var(--bad-back); color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; }
form { margin: 0; }
.buttonlike, button { font: inherit; font-size: .9rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); color: var(--text); padding: .28rem .7rem; cursor: pointer; text-decoration: none; white-space: nowrap; }
.buttonlike:hover, button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-text); font-weight: 600; }
button[disabled] { opacity: .45; cursor: not-allowed; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.spark { display: block; width: 7rem; height: 1.7rem; }
.spark .all { fill: var(--spark); } .spark .bad { fill: var(--bad); } .spark .base { stroke: var(--line); }
.bar { border-left: .3rem solid var(--warn); }
.bar ul { margin: .4rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .8rem 1.2rem; margin-bottom: 1rem; }
.fields label, fieldset label { display: block; }
.fields input, .fields select, .add input { width: 100%; font: inherit; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--back); color: var(--text); }
fieldset { border: 1px solid var(--line); border-radius: .4rem; margin: 0 0 1rem; padding: .5rem .8rem .7rem; }
legend { color: var(--faint); font-size: .85rem; padding: 0 .3rem; }
fieldset .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .4rem 1rem; }
.choice { display: flex; justify-content: space-between; gap: .6rem; align-items: baseline; }
.choice span { white-space: nowrap; }
.choice span label { display: inline; margin-left: .6rem; }
.filter input { font: inherit; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); color: var(--text); }
tr[hidden] { display: none !important; }
.add { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-top: .9rem; }
.add label { flex: 1 1 16rem; }
footer { color: var(--faint); font-size: .85rem; padding-bottom: 2rem; }
@media (max-width: 54rem) {
  header, main, footer { padding-left: .8rem; padding-right: .8rem; }
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: 1fr 1fr; gap: .15rem .8rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td, td.number { border: 0; padding: 0; text-align: left; }
  td[data-label]::before { content: attr(data-label) ' '; color: var(--faint); font-size: .82rem; }
  td.wide, td.line { grid-column: 1 / -1; }
  td.wide[data-label]::before { display: none; }
}
`;
