import { answer } from "./answer";
import { show } from "./show.ts";
show("answer", answer());
