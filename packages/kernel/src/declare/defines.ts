import { asciiLowerCase } from '../ascii-case.ts';

/**
 * What `-D` and Define have defined: names, told apart by case, and the values of some, which `${NAME}` finds in any
 * case. httpd: server/core.c ap_server_config_defines (a list), server_config_defined_vars (a table)
 */
export class Defines {
  private readonly known: string[] = [];
  private readonly values = new Map<string, string>();

  constructor(entries: Iterable<readonly [name: string, value: string | undefined]> = []) {
    for (const [name, value] of entries) this.define(name, value);
  }

  /** A name that has a value already keeps it where none is given. */
  define(name: string, value: string | undefined): void {
    if (!this.has(name)) this.known.push(name);
    if (value !== undefined) this.values.set(asciiLowerCase(name), value);
  }

  /** The last name takes the place of the one that goes. httpd: unset_define */
  undefine(name: string): void {
    const at = this.known.indexOf(name);
    if (at >= 0) {
      const last = this.known.pop()!;
      if (at < this.known.length) this.known[at] = last;
    }
    this.values.delete(asciiLowerCase(name));
  }

  has(name: string): boolean {
    return this.known.includes(name);
  }

  value(name: string): string | undefined {
    return this.values.get(asciiLowerCase(name));
  }

  get names(): readonly string[] {
    return this.known;
  }

  /** Each name with its value, as the constructor takes them. */
  get entries(): (readonly [name: string, value: string | undefined])[] {
    return this.known.map((name) => [name, this.value(name)] as const);
  }
}
