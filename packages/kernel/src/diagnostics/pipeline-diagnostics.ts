import { defineDiagnostics } from './define-diagnostics.ts';

/** What the stages themselves say, whatever the module. Modules' own sentences end in `refused-arguments`. */
export const pipelineDiagnostics = defineDiagnostics({
  'unknown-directive': {
    says: /^Invalid command '/,
    what: 'No loaded module has a directive of this name.',
    why: 'The server does not start: it cannot know what the line was meant to do.',
    instead: 'Correct the spelling, or load the module that has the directive before this line.',
  },
  'directive-not-allowed-here': {
    says: / not allowed (?:here|in <\S+> context)$| cannot occur within /,
    what: 'The directive exists, but not in this place.',
    why: 'The server does not start: in this place the directive would have no meaning.',
    instead: 'Move the line to one of the places where it may stand.',
  },
  'wrong-number-of-arguments': {
    says: /^\S+ (?:takes |requires (?:at least|exactly) )|requires additional arguments/,
    what: 'The directive was given too few or too many arguments.',
    why: 'The server does not start. Often a blank inside an argument has split it in two.',
    instead: 'Put an argument with blanks in double quotes; give as many as the directive takes.',
  },
  'not-a-flag': {
    says: / must be On or Off$/,
    what: 'The directive is a switch and was given another word.',
    why: 'The server does not start.',
    instead: 'Write On or Off.',
  },
  'section-not-closed': {
    says: / was not closed\.| before end of configuration$/,
    what: 'A section is still open at the end of its file.',
    why: 'The server does not start: everything behind the opening line would belong to the section.',
    instead: 'Add the closing line, such as </Directory>, in the same file.',
  },
  'mismatched-closing-line': {
    says: /Expected <\/\S*> but saw |without matching </,
    what: 'A closing line does not belong to the section that was opened last.',
    why: 'The server does not start: it cannot tell what belongs to which section.',
    instead: 'Close the sections in the reverse of the order in which they were opened.',
  },
  'missing-angle-bracket': {
    says: /directive missing closing '>'/,
    what: 'The line of a section has no closing angle bracket.',
    why: 'The server does not start.',
    instead: 'End the line with >.',
  },
  'line-too-long': {
    says: /: Line too long$/,
    what: 'A line is longer than the server reads.',
    why: 'The server does not start.',
    instead: 'Split the line. A file that is no configuration at all is the usual reason.',
  },
  'endless-include': {
    says: /Exceeded maximum include depth|exceeds the maximum include directory nesting/,
    what: 'Files include each other without end.',
    why: 'The server does not start.',
    instead: 'Take the Include out that leads back to a file being read.',
  },
  'unreadable-file': {
    says: /Could not open (?:config(?:uration)? (?:file|directory)|directory)|No matches for the wildcard/,
    what: 'A file that is included cannot be read.',
    why: 'The server does not start.',
    instead: 'Correct the path, or write IncludeOptional where the file need not be there.',
  },
  'undefined-variable': {
    says: /AH00111: /,
    what: 'A variable is neither set by Define nor in the environment.',
    why: 'The text stays as it stands, and means a path or name that nobody intended.',
    instead: 'Define the name before this line, or set it in the environment (on Debian, in envvars).',
  },
  'unsupported-directive': {
    says: / is not supported by httpd-ts yet/,
    what: 'Apache has the directive, httpd-ts does not serve it yet.',
    why: 'Apache accepts the configuration; httpd-ts will not start with it unless told to pass the line over.',
    instead: 'Nothing, if the configuration is for Apache.',
  },
  'start-up-warning': {
    severity: 'warning',
    says: /^/,
    what: 'Apache starts, and warns.',
    why: 'Something is not as the line asks for.',
    instead: 'Do what the message asks for.',
  },
  'refused-arguments': {
    stage: 'processing',
    says: /^/,
    what: 'The directive does not accept what it was given.',
    why: 'The server does not start.',
    instead: 'Correct the argument as the message says.',
  },
  'refused-while-reading': {
    stage: 'reading',
    says: /^/,
    what: 'A line that is carried out while the files are read has failed.',
    why: 'The server does not start, and Apache reads nothing behind this line.',
    instead: 'Correct the line as the message says.',
  },
  'refused-configuration': {
    says: /^/,
    what: 'The configuration as a whole was found wanting.',
    why: 'Each line is valid, but not all of them together.',
    instead: 'Do what the message asks for.',
  },
});
