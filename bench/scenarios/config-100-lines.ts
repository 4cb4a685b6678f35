import { writeConfiguration } from '../generated-configuration.ts';
import { measureCheck } from '../measure-check.ts';
import type { Scenario } from '../scenario.ts';

/** How long a small configuration takes to be checked, which is mostly the start. */
export const config100Lines: Scenario = {
  name: 'config-100-lines',
  title: 'Configuration test, 100 lines',
  what: "The -t switch on Debian's modules and settings and two virtual hosts: about a hundred lines.",
  run: (context) =>
    measureCheck(
      context,
      writeConfiguration(context, (site) => site(1) + site(2)),
    ),
};
