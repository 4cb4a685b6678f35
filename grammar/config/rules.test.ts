import { describe, expect, it } from 'vitest';
import { type ConfigToken, type LineActions, readLines } from './rules.ts';

describe('readLines', () => {
  const rows: { title: string; input: string; events: string[] }[] = [
    { title: 'an empty file', input: '', events: [] },
    { title: 'blank lines', input: '\n \t\n', events: ['end 0', 'end 3'] },
    { title: 'a directive', input: ' Foo  a b\n', events: ['directive Foo|a b', 'end 9'] },
    { title: 'a last line without end', input: 'Foo', events: ['directive Foo|'] },
    { title: 'a comment', input: '  # <A> "b"\n', events: ['comment # <A> "b"', 'end 11'] },
    {
      title: 'a section',
      input: '<A "x>y"> z\n</A >\n',
      events: ['open <A|"x>y"> z', 'end 11', 'close </A|>', 'end 17'],
    },
    {
      title: 'quoted first words',
      input: '"a b"c\n"<A b"\n\'</A\'',
      events: ['directive "a b"|c', 'end 6', 'open "<A b"|', 'end 13', "close '</A'|"],
    },
    { title: 'a name that only looks special', input: 'a#b <c>\n', events: ['directive a#b|<c>', 'end 7'] },
    { title: 'arguments that look like a comment', input: 'A # b\n', events: ['directive A|# b', 'end 5'] },
    { title: 'joined lines', input: 'A \\\n b\\\nc\n', events: ['directive A|bc', 'end 5'] },
    { title: 'NBSP', input: 'A\xa0b\n', events: ['directive A\xa0b|', 'end 3'] },
    { title: 'control characters', input: '\x01 \x7f\n', events: ['directive \x01|\x7f', 'end 3'] },
  ];
  it.each(rows)('$title', ({ input, events }) => {
    expect(eventsOf(input)).toEqual(events);
  });

  it('has a token for every byte a line can begin with', () => {
    for (let code = 1; code < 256; code++) {
      const char = String.fromCharCode(code);
      const isBlank = /[\t\n\v\f\r ]/.test(char);
      expect(eventsOf(char).filter((event) => !event.startsWith('end'))).toHaveLength(isBlank ? 0 : 1);
      expect(eventsOf(`A ${char}`)).toContain(isBlank ? 'directive A|' : `directive A|${char}`);
    }
  });

  it('reads a large text, which goes through the grammar in blocks, as it reads its lines alone', () => {
    const lines = rows.map(({ input }) => input).filter((input) => input.endsWith('\n'));
    let text = '';
    const expected: string[] = [];
    // Lines of odd lengths, so that the blocks end at other places in each of them; three blocks in all.
    for (let i = 0; text.length < 200_000; i++) {
      const line = `${lines[i % lines.length]}A ${'x'.repeat(i % 257)}\n`;
      expected.push(...eventsOf(line, joinedLength(text)));
      text += line;
    }
    expect(eventsOf(text)).toEqual(expected);
  });
});

/** Offsets are those of the joined text, in which a continued line is one. */
const joinedLength = (text: string) => text.replaceAll('\\\n', '').length;

function eventsOf(input: string, start = 0): string[] {
  const events: string[] = [];
  const words = (kind: string) => (word: ConfigToken, args?: ConfigToken) => {
    events.push(`${kind} ${word.image}|${args?.image ?? ''}`);
  };
  const actions: LineActions = {
    comment: (text) => events.push(`comment ${text.image}`),
    directive: words('directive'),
    sectionOpen: words('open'),
    sectionClose: words('close'),
    lineEnd: (offset) => events.push(`end ${start + offset}`),
  };
  readLines(input, () => actions);
  return events;
}
