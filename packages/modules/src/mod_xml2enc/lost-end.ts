/** httpd dropped the end of the body on its way: nothing more comes, and nobody is told. */
export class LostEnd extends Error {
  constructor() {
    super('the end of the page was lost where something could not be converted');
  }
}
