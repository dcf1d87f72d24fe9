import assert from 'node:assert/strict';
import { composerKeyAction, type ComposerKey } from '../../media/composerKeys';

const plain: ComposerKey = {
  key: 'Enter',
  keyCode: 13,
  isComposing: false,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
};
const up = { ...plain, key: 'ArrowUp', keyCode: 38 };
const withText = { sendKey: 'enter', isEmpty: false } as const;
const empty = { sendKey: 'enter', isEmpty: true } as const;

describe('keys of the composer', () => {
  it('sends on Enter and makes a line on Shift+Enter', () => {
    assert.equal(composerKeyAction(plain, withText), 'send');
    assert.equal(composerKeyAction({ ...plain, shiftKey: true }, withText), 'pass');
    assert.equal(composerKeyAction({ ...plain, altKey: true }, withText), 'pass');
  });

  it('makes a line on Enter and sends on Ctrl or Cmd with it, where the setting says so', () => {
    const swapped = { sendKey: 'modEnter', isEmpty: false } as const;
    assert.equal(composerKeyAction(plain, swapped), 'pass');
    assert.equal(composerKeyAction({ ...plain, ctrlKey: true }, swapped), 'send');
    assert.equal(composerKeyAction({ ...plain, metaKey: true }, swapped), 'send');
    assert.equal(composerKeyAction({ ...plain, metaKey: true, shiftKey: true }, swapped), 'pass');
  });

  it('leaves every key to an input method that composes (T99)', () => {
    for (const key of [plain, { ...plain, ctrlKey: true }, up]) {
      for (const situation of [withText, empty, { sendKey: 'modEnter', isEmpty: true } as const]) {
        assert.equal(composerKeyAction({ ...key, isComposing: true }, situation), 'pass');
        assert.equal(composerKeyAction({ ...key, keyCode: 229 }, situation), 'pass');
      }
    }
  });

  it('brings back the last prompt on ↑, in an empty composer alone', () => {
    assert.equal(composerKeyAction(up, empty), 'recall');
    assert.equal(composerKeyAction(up, withText), 'pass');
    assert.equal(composerKeyAction({ ...up, shiftKey: true }, empty), 'pass');
    assert.equal(composerKeyAction({ ...up, altKey: true }, empty), 'pass');
  });
});
