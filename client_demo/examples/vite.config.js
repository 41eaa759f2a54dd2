import vue from "@vitejs/plugin-vue";

export default { base: "./", publicDir: false, plugins: [vue()], oxc: { jsx: { runtime: "automatic" } } };
