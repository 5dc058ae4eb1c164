// With JavaScript switched off everything works: forms and links carry all of it.

import { signIn } from "./people.ts";
import { expect, fileInquiry, test, unique } from "./portal.ts";

test("an inquiry is filed, answered and closed without a script", async ({ stranger }) => {
  const [party, agent] = [await stranger({ javaScriptEnabled: false }), await stranger({ javaScriptEnabled: false })];
  const subject = unique("Without a script");
  const [question, reply, note] = ["Is this read?", "It is.", "Nobody outside sees this."];

  await signIn(party, "wanjiru@mtumbwi.example");
  const number = await fileInquiry(party, { subject, description: "Plain forms", tld: ".mtumbwi" });
  await party.getByLabel("Your comment").fill(question);
  await party.getByRole("button", { name: "Send to ICANN" }).click();
  await expect(party.getByText("Your comment is with ICANN.")).toBeVisible();

  await signIn(agent, "sibusiso@naming-services.example");
  await agent.goto("/staff/queue");
  await agent.getByRole("searchbox", { name: "Number or words" }).fill(number);
  await agent.getByRole("button", { name: "Filter" }).click();
  await expect(agent).toHaveURL(new RegExp(`q=${number}`));
  await agent.locator("#list").getByRole("link", { name: subject }).click();
  await agent.getByRole("button", { name: "Take" }).click();
  await expect(agent.getByText("The case is yours.")).toBeVisible();
  await agent.getByRole("radio", { name: "Internal note" }).check();
  await agent.getByLabel("Text").fill(note);
  await agent.getByRole("button", { name: "Add internal note" }).click();
  await expect(agent.getByText("The internal note is added.")).toBeVisible();
  await agent.getByLabel("Text").fill(reply);
  await agent.getByRole("button", { name: /^Send to Mtumbwi/ }).click();
  await expect(agent.getByText("Your reply is sent.")).toBeVisible();
  await agent.getByRole("link", { name: "Close" }).click();
  await agent.getByLabel("Closing remark").fill("Done.");
  await agent.getByRole("button", { name: "Close the case" }).click();
  await expect(agent.getByText("Done. The party is told.")).toBeVisible();

  await party.goto(`/cases/${number}`);
  const conversation = party.locator("#conversation");
  for (const text of [question, reply, "Done."]) await expect(conversation).toContainText(text);
  await expect(party.getByText(note)).toHaveCount(0);
  await expect(party.locator("#turn")).toContainText("Closed");

  // The menus of the frame, too.
  await party.locator("details.menu.theme > summary").click();
  await party.getByRole("button", { name: "Dark" }).click();
  await expect(party.locator("html")).toHaveAttribute("data-theme", "dark");
  await party.goto("/cases?view=mine");
  await party.getByLabel("Status").selectOption("closed");
  await party.getByRole("button", { name: "Filter" }).click();
  await expect(party).toHaveURL(/status=closed/);
  await expect(party.locator("#list")).toContainText(subject);
  await party.locator("details.menu.user > summary").click();
  await party.getByRole("button", { name: "Sign out" }).click();
  await expect(party.getByText("You are signed out.")).toBeVisible();
});
