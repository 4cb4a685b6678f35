import { writeConfiguration } from '../generated-configuration.ts';
import { measureCheck } from '../measure-check.ts';
import type { Scenario } from '../scenario.ts';

const virtualHosts = 10_000;

/** How long a large configuration takes to be checked. */
export const config10kVhosts: Scenario = {
  name: 'config-10k-vhosts',
  title: 'Configuration test, 10,000 virtual hosts',
  what: 'The -t switch on one generated file of 10,000 virtual hosts, each with 13 directives, one of them in a section.',
  run: (context) =>
    measureCheck(
      context,
      writeConfiguration(context, (site) =>
        Array.from({ length: virtualHosts }, (_, index) => site(index)).join(''),
      ),
    ),
};
