// After an explicit sign-out, the session at Pro Santé Connect is ended without another press; the button does the same.
document.getElementById("psc-fin")?.requestSubmit();
