const special = /[&;`'"|*?~<>^()[\]{}$\\\n\xff]/g;

/** Puts a backslash before what a shell would understand. httpd: server/util.c ap_escape_shell_cmd */
export const escapeShellCommand = (text: string): string => text.replace(special, '\\$&');
