// Every recommended rule, but for those that a mail cannot keep. Pages are judged by the same.
export default {
  extends: ["html-validate:recommended"],
  rules: {
    // Gmail's app and Outlook for Windows read little or nothing of a style sheet: what matters stands inline.
    "no-inline-style": "off",
    // Word's engine, which is Outlook for Windows, lays out by these attributes and not by their CSS.
    "no-deprecated-attr": "off",
    // It centres a column of 600 px only where a conditional comment gives it a table of that width.
    "no-conditional-comment": "off",
    // Mail programs drop <main>; role="main" on a <div> stays.
    "prefer-native-element": ["error", { exclude: ["main"] }],
    // Boxes to tick share a name, and each that is ticked is sent.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }],
    // Tables of layout have rows alone; a body of each would be bytes that say nothing.
    "prefer-tbody": "off",
    // The title is the subject, which is as long as the title of the paper in it.
    "long-title": "off",
  },
};
