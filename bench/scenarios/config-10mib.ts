import { writeConfiguration } from '../generated-configuration.ts';
import { measureCheck } from '../measure-check.ts';
import type { Scenario } from '../scenario.ts';

const fileBytes = 10 * 1024 * 1024;

function sitesOf(bytes: number, site: (number: number) => string): string {
  const sites: string[] = [];
  for (let length = 0, number = 0; length < bytes; number++) {
    const text = site(number);
    sites.push(text);
    length += text.length;
  }
  return sites.join('');
}

/** Time and memory of a file larger than anybody writes by hand. */
export const config10Mib: Scenario = {
  name: 'config-10mib',
  title: 'Configuration test, 10 MiB',
  what: 'The -t switch on one generated file of 10 MiB, all virtual hosts; the last column is the memory in sizes of the file.',
  run: (context) =>
    measureCheck(
      context,
      writeConfiguration(context, (site) => sitesOf(fileBytes, site)),
    ),
};
