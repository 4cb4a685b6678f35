import type { RequestRecord, ScriptVariable } from '@httpd-ts/kernel';

/** The variables of a request under names that a program can have. httpd: server/util_script.c ap_create_environment */
export function scriptEnvironment({ server, subprocessEnv }: RequestRecord): readonly ScriptVariable[] {
  const variables: ScriptVariable[] = [];
  const zone = server.plan.world.environment.get('TZ');
  if (zone !== undefined && !subprocessEnv.has('TZ')) variables.push(['TZ', zone]);
  subprocessEnv.forEach((name, value) => {
    const end = value.indexOf('\0');
    variables.push([fitName(name), end < 0 ? value : value.slice(0, end)]);
  });
  return variables;
}

const fitName = (name: string) => name.replace(/^\d/, '_').replace(/[^A-Za-z0-9_]/g, '_');
