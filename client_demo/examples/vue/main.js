import { createApp } from "vue";
import Show from "./show.vue";

const query = new URLSearchParams(location.search);
createApp(Show, { url: query.get("url"), show: query.get("show") }).mount("main");
