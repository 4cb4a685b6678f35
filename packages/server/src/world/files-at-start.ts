import type { Files } from '@httpd-ts/kernel';

/** What files said to directives: the question with its path, and the answer. */
export type FileAnswers = readonly (readonly [question: string, answer: unknown])[];

const questions = ['stat', 'readText', 'readBytes', 'readDirectory'] as const;

/**
 * Files whose answers are kept. Keys and the like are often for root only, and httpd reads them before it gives up
 * its privileges; the threads, which compile the configuration after that, are told what it said.
 */
export function recordedFiles(files: Files): { readonly files: Files; answers(): FileAnswers } {
  const answers = new Map<string, unknown>();
  const asked = answering(files, (question, ask) => {
    const answer = ask();
    answers.set(question, answer);
    return answer;
  });
  return { files: asked, answers: () => [...answers] };
}

/**
 * Files that say what they said before, and what they say now about all else; once the start is over, what they say now
 * about everything: who keeps them, to look at a file again later, is to see its changes.
 */
export function answeredFiles(
  files: Files,
  given: FileAnswers,
): { readonly files: Files; startIsOver(): void } {
  const answers = new Map(given);
  return {
    files: answering(files, (question, ask) => (answers.has(question) ? answers.get(question) : ask())),
    startIsOver: () => answers.clear(),
  };
}

function answering(files: Files, answer: (question: string, ask: () => unknown) => unknown): Files {
  const changed = questions.map((name) => [
    name,
    (path: string) => answer(`${name} ${path}`, () => files[name](path)),
  ]);
  return { ...files, ...Object.fromEntries(changed) };
}
