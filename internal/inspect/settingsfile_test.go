package inspect

import "testing"

func TestNamesSettings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`base_path('.env')`: true, `base_path().DIRECTORY_SEPARATOR.'.env'`: true, `/app/.env`: true, `.env.production`: true, `$app->environmentFilePath()`: true, `$this->envPath`: true, `ENV_FILE`: true,
		`DATA_PATH . '/config.php'`: true, `"appsettings.json"`: true, `path.join(dir, "db-config.json")`: true, `$this->path_config`: true, `$config_file`: true, `configFilePath`: true, `Config/settings.ini`: true,
		`storage_path('installed')`: true, `install.lock`: true, `"data/.installed"`: true,
		`base_path('.env.example')`: false, `tsconfig.json`: false, `"package.json"`: false, `environment.ts`: false, `$configuration['path']`: false, `uninstalled.txt`: false, `install.php`: false, `process.env`: false, `import.meta.env.DATA`: false,
		`$settings`: false, `config.js`: false, `reconfigFile`: false, `user_settings_export.json`: false,
	} {
		if got := NamesSettings(text); got != want {
			t.Errorf("NamesSettings(%s) is %v, want %v", text, got, want)
		}
	}
}
