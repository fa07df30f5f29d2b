// A page that waits: asks one small address, no sooner than it was told, and sends its own form once it may be judged.
// Without this script the form's button does the same.
const form = document.querySelector("form[data-wait]");

if (form) {
  const shortest = 1;
  const longest = 30;
  let failures = 0;

  const again = (seconds) => setTimeout(ask, Math.min(Math.max(seconds, shortest), longest) * 1000);

  async function ask() {
    // A page that nobody looks at does not ask; it asks as soon as it is looked at again.
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(form.dataset.wait, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { ready, seconds } = await answer.json();
      failures = 0;
      if (ready) form.requestSubmit();
      else again(seconds);
    } catch {
      failures += 1;
      again(Number(form.dataset.seconds) * 2 ** Math.min(failures, 4));
    }
  }

  again(Number(form.dataset.seconds));
}
