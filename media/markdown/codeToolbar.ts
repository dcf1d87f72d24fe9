import type { CodeActions, MarkdownViewStrings } from './viewContext';

/** How long the copy button says that it has copied, in ms. */
const confirmationMs = 1_500;

export interface CodeToolbarPorts extends CodeActions {
  readonly strings: MarkdownViewStrings;
  /** The block, whose look the toggles change by classes. */
  readonly block: HTMLElement;
  /** The code as it was written, but for the last line's end. */
  readonly source: () => string;
  /** As the fence names it; empty where it names none. */
  readonly language: string;
  /** All that stands behind the fence. */
  readonly info: string;
}

/** The buttons of a code block. */
export class CodeToolbar {
  readonly element = document.createElement('div');
  private readonly fold: HTMLButtonElement;

  constructor(ports: CodeToolbarPorts) {
    const { strings, block, source, language, info } = ports;
    const { onInsertCode, onApplyCode, onNewFile, onPreviewDiagram } = ports;
    this.element.className = 'md-code-actions';
    this.fold = createToggle(block, 'md-code-folded', (isFolded) => ({
      icon: isFolded ? 'unfold' : 'fold',
      label: isFolded ? strings.unfoldCode : strings.foldCode,
    }));
    this.fold.hidden = true;
    if (language.toLowerCase() === 'mermaid') {
      const preview = (): void => onPreviewDiagram(source());
      this.element.append(createButton('open-preview', strings.previewDiagram, preview));
    }
    this.element.append(
      this.fold,
      createToggle(block, 'md-code-wrapped', () => ({
        icon: 'word-wrap',
        label: strings.wrapCode,
      })),
      createButton('insert', strings.insertCode, () => onInsertCode(source())),
      createButton('go-to-file', strings.applyCode, () =>
        onApplyCode(source(), info.slice(0, contextLength), textBefore(block)),
      ),
      createButton('new-file', strings.codeToNewFile, () => onNewFile(source(), language)),
    );
    this.element.append(createCopyButton(ports));
  }

  /** There is more code than a glance takes in: it can be folded. */
  offerFolding(): void {
    this.fold.hidden = false;
  }
}

/** UTF-16 units of a text that is looked through for the name of a file. */
const contextLength = 1_000;

function textBefore(block: HTMLElement): string {
  return (block.previousElementSibling?.textContent ?? '').slice(-contextLength);
}

interface Face {
  readonly icon: string;
  readonly label: string;
}

function createButton(icon: string, label: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  show(button, { icon, label });
  button.addEventListener('click', onClick);
  return button;
}

function show(button: HTMLButtonElement, { icon, label }: Face): void {
  button.className = `md-code-action codicon codicon-${icon}`;
  button.title = label;
  button.ariaLabel = label;
}

/** A button that puts a class on the block, and takes it off. */
function createToggle(
  block: HTMLElement,
  className: string,
  face: (isOn: boolean) => Face,
): HTMLButtonElement {
  const { icon, label } = face(false);
  const button = createButton(icon, label, () => {
    const isOn = block.classList.toggle(className);
    show(button, face(isOn));
    update(isOn);
  });
  const update = (isOn: boolean): void => {
    // Where the label itself says what the next click does, a pressed state would say it again.
    if (face(true).label === face(false).label) button.ariaPressed = String(isOn);
  };
  update(false);
  return button;
}

function createCopyButton({ strings, source, onCopy }: CodeToolbarPorts): HTMLButtonElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const button = createButton('copy', strings.copyCode, () => {
    onCopy(source());
    show(button, { icon: 'check', label: strings.copied });
    clearTimeout(timer);
    timer = setTimeout(
      () => show(button, { icon: 'copy', label: strings.copyCode }),
      confirmationMs,
    );
  });
  return button;
}
