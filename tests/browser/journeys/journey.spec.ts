// The whole stack once: an inquiry is filed, answered, closed and disputed, by two people in two browsers; the open page, the
// mailbox and the stream of events all tell.

import { Events } from "./events.ts";
import { mailText, openMail } from "./mailbox.ts";
import { signIn } from "./people.ts";
import { expect, fileInquiry, test, unique } from "./portal.ts";

const JANE = "jane@acme-registry.example";
const ADA = "ada@naming-services.example";

test("an inquiry from sign-in to its answer, mail and event", async ({ stranger }) => {
  const events = await Events.listen("nsp.cases.v1.case.*");
  const [jane, ada] = [await stranger(), await stranger()];
  const subject = unique("Change of the technical contact");
  const description = "Who has to sign the letter\nwhen the director is away?";
  const reply = "A deputy may sign, with a copy of the power of attorney.";
  const question = "Which day does the deputy take over?";
  const answer = "From 1 December on.";
  const remark = "The new contact is in the root zone database.";
  const dispute = "The telephone number is still the old one.";

  await signIn(jane, JANE);
  const number = await fileInquiry(jane, { subject, description, tld: ".ferrylane" });
  await expect(jane.getByRole("heading", { level: 1 })).toContainText(`${number} ${subject}`);
  await expect(jane.locator("#turn")).toContainText("ICANN’s turn");
  await expect(jane.locator("#turn")).toContainText("New");
  // A page that is loaded again forgets this.
  await jane.evaluate(() => Object.assign(window, { stillOpen: true }));

  await signIn(ada, ADA);
  await ada.goto("/staff/queue?view=unassigned");
  await ada.getByRole("searchbox", { name: "Number or words" }).fill(number);
  await ada.getByRole("link", { name: subject }).click();
  await ada.getByRole("button", { name: "Take" }).click();
  await expect(ada.getByText("The case is yours.")).toBeVisible();
  await expect(jane.locator("#turn")).toContainText("ICANN – In Progress");
  await expect(jane.locator("#turn")).toContainText("Ada Lindqvist works on it.");

  await ada.getByLabel("Text").fill(reply);
  await ada.getByRole("button", { name: /^Send to Acme Registry/ }).click();
  await expect(ada.getByText("Your reply is sent.")).toBeVisible();
  await expect(jane.locator("#conversation")).toContainText(reply);

  await ada.getByRole("link", { name: "Ask for information" }).click();
  await ada.getByLabel("Question").fill(question);
  await ada.getByRole("button", { name: "Send the question" }).click();
  await expect(ada.getByText("Done. The party is told.")).toBeVisible();
  await expect(jane.locator("#turn")).toContainText("Your turn");
  await expect(jane.locator("#turn")).toContainText(question);
  await expect(jane.locator("#conversation")).toContainText(question);
  expect(await jane.evaluate(() => "stillOpen" in window), "Jane's page was not loaded again").toBe(true);

  // The label of the box is still that of the page as it was opened.
  await jane.locator("#composer-body").fill(answer);
  await jane.getByRole("button", { name: "Send to ICANN" }).click();
  await expect(jane.getByText("Your comment is with ICANN.")).toBeVisible();
  await expect(jane.locator("#turn")).toContainText("ICANN’s turn");
  await expect(ada.locator("#conversation")).toContainText(answer);

  await ada.getByRole("link", { name: "Close" }).click();
  await ada.getByLabel("Closing remark").fill(remark);
  await ada.getByRole("button", { name: "Close the case" }).click();
  await expect(ada.getByText("Done. The party is told.")).toBeVisible();
  await expect(jane.locator("#turn")).toContainText("Closed");

  await jane.reload();
  await jane.getByLabel("Ask to re-open with a comment").fill(dispute);
  await jane.getByRole("button", { name: "Ask ICANN to re-open" }).click();
  await expect(jane.locator("#turn")).toContainText("Re-Open Requested");
  await expect(ada.locator("#turn")).toContainText("Re-Open Requested");

  await test.step("mail", async () => {
    // The latest is the one about the end.
    await openMail(jane, JANE, `[${number}] ${subject}`, remark);
    expect(await mailText(jane)).toContain("ICANN closed your case.");
    await openMail(jane, JANE, `[${number}] Your turn: ${subject}`, question);
    await openMail(jane, JANE, `[${number}] ${subject}`, reply);
    const text = await mailText(jane);
    expect(text).toContain("Ada Lindqvist");
    expect(text).toContain(`> ${reply}`);
    expect(text).toContain(`/cases/${number}`);
    await openMail(jane, ADA, `[${number}] ${subject}`, answer);
  });

  await test.step("events", async () => {
    const submitted = await events.wait("nsp.events.v1.CaseSubmitted", number);
    await events.wait("nsp.events.v1.CaseReopenRequested", number);
    expect(submitted.subject).toBe("nsp.cases.v1.case.submitted");
    expect(submitted.headers).toMatchObject({ "ce-specversion": "1.0", "ce-source": "/nsp/cases", "ce-datacontenttype": "application/json" });
    expect(JSON.parse(submitted.body)).toMatchObject({ number, tlds: ["ferrylane"] });
    expect(await events.keeps(submitted)).toBe(true);
    const told = events.about(number);
    expect(told.map((event) => event.headers["ce-type"].replace("nsp.events.v1.Case", ""))).toEqual([
      "Submitted", "Taken", "Commented", "InformationRequested", "Commented", "Closed", "Commented", "ReopenRequested",
    ]);
    for (const event of told) {
      const everything = JSON.stringify(event);
      for (const text of [subject, "director", reply, question, answer, remark, dispute, JANE, ADA]) expect(everything).not.toContain(text);
    }
    events.close();
  });
});
