import assert from 'node:assert/strict';
import { drivenTest } from './drivenTest';

// In two parts, so that no scan takes this file for one that holds a key.
const key = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');

describe('What looks like a secret', () => {
  const test = drivenTest();

  it('is pointed out in the prompt before it is sent, and stays or goes as the person says', async () => {
    const { panel, server } = test;
    const before = server.messageRequests.length;
    const prompt = `Why does this fail?\naws_access_key_id = ${key}`;
    await panel.composer.fill(prompt);
    await panel.composer.press('Enter');
    await panel.frame.getByText('Your prompt, line 2: looks like an API key').waitFor();
    await panel.button('Cancel').click();
    assert.equal(await panel.composer.inputValue(), prompt);
    assert.equal(server.messageRequests.length, before);

    await panel.composer.press('Enter');
    await panel.button('Send anyway').click();
    await panel.waitForText('Hello from the wire.');
    await panel.waitForStatus('complete');
    assert.equal(server.messageRequests.length, before + 1);
    assert.match(JSON.stringify(server.messageRequests.at(-1)?.body), new RegExp(key));
  });
});
