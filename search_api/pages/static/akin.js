// What the pages do beyond links and forms; each module finds its own elements, and none is needed.
import "./theme-button.js";
import "./forms.js";
import "./years.js";
import "./parts.js";
import "./copy.js";
import "./saved.js";
import "./marks.js";
import "./keys.js";
import "./waiting.js";
