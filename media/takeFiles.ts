import type { ComposerModel } from './composerModel';

/** How VS Code names the files of a drag from its Explorer, and what any program may say. */
const uriTypes = ['application/vnd.code.uri-list', 'text/uri-list'];

/** Attaches what is pasted or dropped anywhere on the page: files of the system, and files of the editor by address. */
export function takeFiles(page: Document, composer: ComposerModel): void {
  let depth = 0;
  const mark = (change: 1 | -1 | 0): void => {
    depth = change === 0 ? 0 : Math.max(0, depth + change);
    page.body.classList.toggle('drop-target', depth > 0);
  };
  page.addEventListener('dragenter', (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    // Else the editor takes the drag away from the page.
    event.preventDefault();
    mark(1);
  });
  page.addEventListener('dragover', (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
  });
  page.addEventListener('dragleave', (event) => {
    if (hasFiles(event.dataTransfer)) mark(-1);
  });
  page.addEventListener('drop', (event) => {
    mark(0);
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    take(event.dataTransfer, composer);
  });
  page.addEventListener('paste', (event) => {
    const { clipboardData } = event;
    // A copied table or web page brings its picture along: its text is what is meant.
    const isText = clipboardData?.types.includes('text/plain') === true;
    if (clipboardData === null || clipboardData.files.length === 0 || isText) return;
    event.preventDefault();
    void composer.attachFiles(clipboardData.files);
  });
}

function hasFiles(transfer: DataTransfer | null): boolean {
  const types = transfer?.types ?? [];
  return types.includes('Files') || uriTypes.some((type) => types.includes(type));
}

function take(transfer: DataTransfer | null, composer: ComposerModel): void {
  if (transfer === null) return;
  if (transfer.files.length > 0) {
    void composer.attachFiles(transfer.files);
    return;
  }
  const list = uriTypes.map((type) => transfer.getData(type)).find((text) => text !== '') ?? '';
  const uris = list.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  if (uris.length > 0) void composer.attachUris(uris);
}
