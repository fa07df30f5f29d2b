// After an explicit sign-out, ends the session at Pro Santé Connect without another press; the button does the same.
document.getElementById("psc-fin")?.requestSubmit();
