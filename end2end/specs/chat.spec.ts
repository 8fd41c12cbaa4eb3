// Text between the two browsers of a call: in order, once, with the server gone, and gone with the call.

import { kept } from '../support/kept';
import { OUTAGE, areInACall, areTalking, type Person } from '../support/person';
import { expect, test } from '../support/test';

async function reads(person: Person, ...texts: string[]): Promise<void> {
  await expect(person.screen.chatTexts).toHaveText(texts);
}

test('what one writes the other reads, and the writer is told', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.opensTheChat();
  await expect(alice.screen.chatField).toBeFocused();
  await alice.writes('hello');
  await expect(bob.screen.unread).toHaveText('Alice: hello');
  await expect(bob.screen.chatButton).toContainText('1 unread');
  await expect(alice.screen.delivered).toHaveCount(1);

  await bob.screen.unread.click();
  await expect(bob.screen.chatButton).not.toContainText('unread');
  await reads(bob, 'hello');
  await bob.screen.chatField.pressSequentially('two\n', { delay: 0 });
  await bob.screen.chatField.fill('lines');
  await expect(alice.page.getByText('Bob is writing…')).toBeVisible();
  await bob.screen.chatField.press('Shift+Enter');
  await bob.screen.chatField.pressSequentially('of text');
  await bob.screen.chatField.press('Enter');
  await reads(alice, 'hello', 'two', 'lines\nof text');
  await expect(alice.page.getByText('Bob is writing…')).toHaveCount(0);
  await areTalking(alice, bob);
});

test('a text is text, and an address in it a link that tells nobody where it stood', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.opensTheChat();
  await bob.opensTheChat();
  const text = '<img src=x onerror=alert(1)> see https://example.org/a?b=c. javascript:alert(1)';
  await alice.writes(text);
  await reads(bob, text);
  const link = bob.screen.chatTexts.getByRole('link');
  await expect(link).toHaveCount(1);
  await expect(link).toHaveAttribute('href', 'https://example.org/a?b=c');
  await expect(link).toHaveAttribute('rel', /noopener noreferrer/);
  await expect(link).toHaveAttribute('target', '_blank');
});

test('the chat goes on while the server is away', async ({ alice, bob, server }) => {
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await alice.opensTheChat();
  await bob.opensTheChat();
  await server.close();
  const texts = Array.from({ length: 20 }, (_, number) => `text ${number}`);
  for (const text of texts) await alice.writes(text);
  await bob.writes('all there');
  await reads(bob, ...texts, 'all there');
  await reads(alice, ...texts, 'all there');
  await expect(alice.screen.delivered).toHaveCount(20);
});

test('what is written while the connection is made anew arrives in order and once', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.opensTheChat();
  await bob.opensTheChat();
  await alice.writes('before');
  // Otherwise it may be told to the next page, too.
  await expect(alice.screen.delivered).toHaveCount(1);
  await bob.reloads();
  // The other page is gone, and nobody has heard of it.
  await alice.writes('meanwhile one');
  await alice.writes('meanwhile two');
  await areTalking(alice, bob);
  await alice.writes('after');
  await bob.opensTheChat();
  await reads(bob, 'meanwhile one', 'meanwhile two', 'after');
  await expect(alice.screen.delivered).toHaveCount(4);
  await bob.writes('welcome back');
  await reads(alice, 'before', 'meanwhile one', 'meanwhile two', 'after', 'welcome back');
});

test('a chat can be saved, and is gone with its call', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.opensTheChat();
  await expect(alice.screen.saveChat).toBeDisabled();
  await alice.writes('remember this');
  await bob.opensTheChat();
  await bob.writes('and this');
  await reads(alice, 'remember this', 'and this');
  const [{ name, bytes }] = await Promise.all([kept(alice.page), alice.screen.saveChat.click()]);
  expect(name).toBe('Chat with Bob.txt');
  expect(bytes.toString()).toBe('I: remember this\nBob: and this\n');

  await alice.hangsUp();
  await bob.readsThatItEnded(/Alice hung up/);
  await alice.screen.backToRoom.click();
  await alice.isInTheRoom();
  await alice.calls(bob);
  await bob.accepts();
  await alice.opensTheChat();
  await expect(alice.page.getByText('is gone when the call is over')).toBeVisible();
  await reads(alice);
});

test('the keys of the call are letters where somebody writes', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.page.keyboard.press('c');
  await alice.screen.chatField.pressSequentially('vmc');
  await expect(alice.screen.chatField).toHaveValue('vmc');
  await expect(alice.screen.microphone).toHaveAttribute('aria-pressed', 'true');
  await expect(alice.screen.camera).toHaveAttribute('aria-pressed', 'true');
  await alice.page.keyboard.press('Escape');
  await expect(alice.screen.chatField).toHaveCount(0);
  await expect(alice.screen.chatButton).toBeFocused();
  await alice.page.keyboard.press('c');
  await expect(alice.screen.chatField).toHaveValue('vmc');
});
