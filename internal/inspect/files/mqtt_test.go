package files

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// TestClientsOfMQTT: a broker of MQTT is a backing service like any other, in
// every language and library. want is "line service handle" of each client, and
// "line consumer".
func TestClientsOfMQTT(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, path, source, want string }{
		{"mqtt.js", "a.js", "import mqtt from 'mqtt';\nconst client = mqtt.connect('mqtt://broker.acme.net');\nclient.subscribe('jobs');\n", "2 mqtt literal mqtt://broker.acme.net; 3 consumer"},
		{"mqtt.js from the environment", "a.ts", "import * as mqtt from 'mqtt';\nconst c = await mqtt.connectAsync(process.env.MQTT_URL);\n", "2 mqtt env"},
		{"mqtt.js by name", "a.js", "const { connect } = require('mqtt');\nconnect({ host: 'broker.acme.net', port: 1883 });\n", "2 mqtt literal broker.acme.net"},
		{"async-mqtt", "a.js", "const { connectAsync } = require('async-mqtt');\nconnectAsync(process.env.BROKER);\n", "2 mqtt env"},
		{"paho of JavaScript", "a.js", "import Paho from 'paho-mqtt';\nnew Paho.Client('broker.acme.net', 9001, 'x');\n", "2 mqtt literal broker.acme.net"},
		{"Nest", "a.ts", "import { NestFactory } from '@nestjs/core';\nimport { Transport } from '@nestjs/microservices';\nNestFactory.createMicroservice(AppModule, { transport: Transport.MQTT, options: { url: process.env.MQTT_URL } });\n", "3 mqtt env; 3 consumer"},
		{"another connect", "a.js", "import mqtt from './mqtt';\nmqtt.connect('mqtt://broker.acme.net');\n", ""},
		{"paho of Python", "a.py", "import os\nimport paho.mqtt.client as mqtt\nclient = mqtt.Client()\nclient.connect(os.environ['MQTT_HOST'], 1883)\nclient.loop_forever()\n", "4 mqtt env; 5 consumer"},
		{"paho of Python, literal", "a.py", "from paho.mqtt.client import Client\nclass Bus:\n    def __init__(self):\n        self.client = Client('x')\n        self.client.connect_async('broker.acme.net')\n", "5 mqtt literal broker.acme.net"},
		{"paho's shortcuts", "a.py", "from paho.mqtt import publish, subscribe\npublish.single('t', 'x', hostname='broker.acme.net')\nsubscribe.callback(f, 't', hostname='broker.acme.net')\n", "2 mqtt literal broker.acme.net; 3 mqtt literal broker.acme.net; 3 consumer"},
		{"aiomqtt", "a.py", "import aiomqtt\nasync def main():\n    async with aiomqtt.Client('broker.acme.net') as client:\n        await client.subscribe('x')\n", "3 mqtt literal broker.acme.net"},
		{"gmqtt", "a.py", "from gmqtt import Client as MQTTClient\nasync def main():\n    client = MQTTClient('id')\n    await client.connect('broker.acme.net')\n", "4 mqtt literal broker.acme.net"},
		{"fastapi-mqtt", "a.py", "from fastapi_mqtt import FastMQTT, MQTTConfig\nconfig = MQTTConfig(host='broker.acme.net')\n", "2 mqtt literal broker.acme.net"},
		{"paho of Go", "a.go", "package main\nimport (\n\t\"os\"\n\tmqtt \"github.com/eclipse/paho.mqtt.golang\"\n)\nfunc main() {\n\to := mqtt.NewClientOptions().AddBroker(os.Getenv(\"BROKER\"))\n\tc := mqtt.NewClient(o)\n\tc.Subscribe(\"t\", 1, nil)\n}\n", "7 mqtt env; 9 consumer"},
		{"autopaho", "a.go", "package main\nimport (\n\t\"context\"\n\t\"net/url\"\n\t\"github.com/eclipse/paho.golang/autopaho\"\n)\nfunc main() {\n\tu, _ := url.Parse(\"mqtt://broker.acme.net:1883\")\n\tautopaho.NewConnection(context.Background(), autopaho.ClientConfig{ServerUrls: []*url.URL{u}})\n}\n", "9 mqtt literal mqtt://broker.acme.net:1883"},
		{"mqtt of Ruby", "a.rb", "require 'mqtt'\nclient = MQTT::Client.connect(host: ENV.fetch('MQTT_HOST'))\nMQTT::Client.connect('mqtt://broker.acme.net') do |c|\n  c.get('t') { |topic, message| puts message }\nend\n", "2 mqtt env; 3 mqtt literal mqtt://broker.acme.net"},
		{"paho of Ruby", "a.rb", "require 'paho-mqtt'\nclient = PahoMqtt::Client.new(host: 'broker.acme.net', port: 1883)\n", "2 mqtt literal broker.acme.net"},
		{"paho of Java", "A.java", "import org.eclipse.paho.client.mqttv3.MqttClient;\nclass A {\n  void f() throws Exception {\n    MqttClient c = new MqttClient(\"tcp://broker.acme.net:1883\", \"id\");\n    c.subscribe(\"t\");\n  }\n}\n", "4 mqtt literal tcp://broker.acme.net:1883; 5 consumer"},
		{"paho of MQTT 5", "A.java", "import org.eclipse.paho.mqttv5.client.*;\nclass A {\n  MqttAsyncClient c = new MqttAsyncClient(System.getenv(\"BROKER\"), \"id\");\n}\n", "3 mqtt env"},
		{"HiveMQ's client", "A.java", "import com.hivemq.client.mqtt.MqttClient;\nclass A {\n  Object c = MqttClient.builder().useMqttVersion5().identifier(\"x\").serverHost(\"broker.acme.net\").buildBlocking();\n}\n", "3 mqtt literal broker.acme.net"},
		{"paho of Kotlin", "A.kt", "import org.eclipse.paho.client.mqttv3.MqttAsyncClient\nfun main() {\n    val c = MqttAsyncClient(System.getenv(\"BROKER\"), \"id\")\n}\n", "3 mqtt env"},
		{"Spring Integration", "A.java", "import org.eclipse.paho.client.mqttv3.MqttConnectOptions;\nclass A {\n  void f() {\n    MqttConnectOptions options = new MqttConnectOptions();\n    options.setServerURIs(new String[] { \"tcp://broker.acme.net:1883\" });\n  }\n}\n", "5 mqtt literal tcp://broker.acme.net:1883"},
		{"php-mqtt", "a.php", "<?php\nuse PhpMqtt\\Client\\MqttClient;\n$mqtt = new MqttClient('broker.acme.net', 1883);\n$mqtt->subscribe('t', fn() => 1);\n", "3 mqtt literal broker.acme.net; 4 consumer"},
		{"phpMQTT", "a.php", "<?php\n$mqtt = new Bluerhinos\\phpMQTT(getenv('MQTT_HOST'), 1883, 'id');\n", "2 mqtt env"},
		{"Mosquitto of PHP", "a.php", "<?php\n$client = new Mosquitto\\Client();\n$client->connect('broker.acme.net', 1883);\n", "3 mqtt literal broker.acme.net"},
		{"MQTTnet", "A.cs", "using MQTTnet;\nusing MQTTnet.Client;\nclass A {\n  object F() => new MqttClientOptionsBuilder().WithClientId(\"x\").WithTcpServer(\"broker.acme.net\", 1883).Build();\n}\n", "4 mqtt literal broker.acme.net"},
		{"MQTTnet from the environment", "A.cs", "using MQTTnet;\nclass A {\n  void F() {\n    var options = new MqttClientOptionsBuilder().WithTcpServer(Environment.GetEnvironmentVariable(\"MQTT_HOST\")).Build();\n  }\n}\n", "4 mqtt env"},
		{"HiveMQ's client of C#", "A.cs", "using HiveMQtt.Client;\nclass A {\n  object o = new HiveMQClientOptionsBuilder().WithBroker(\"broker.acme.net\").Build();\n}\n", "3 mqtt literal broker.acme.net"},
		{"an address by its scheme", "a.py", "MQTT_SERVER = 'mqtts://user@broker.acme.net:8883'\n", "1 handle mqtt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range File(inspect.FormatOf(c.path), []byte(c.source)) {
				switch fact := s.Fact.(type) {
				case inspect.Client:
					got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", s.Line, fact.Service, fact.Handle.Source, fact.Handle.Text)))
				case inspect.Consumer:
					got = append(got, fmt.Sprintf("%d consumer", s.Line))
				case inspect.ServiceHandle:
					got = append(got, fmt.Sprintf("%d handle %s", s.Line, fact.Service))
				case inspect.ParseFailed:
					t.Errorf("doesn't parse: %s", fact.Reason)
				}
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("states %q, want %q", strings.Join(got, "; "), c.want)
			}
		})
	}
}
