// The little of htmx that is used here.
interface Htmx {
  ajax(verb: string, path: string, options: object): Promise<void>;
  registerExtension(name: string, extension: object): void;
}
interface Window { htmx: Htmx }
declare module "htmx.org";
