// Prints every result of an ML sensor: connect SDA, SCL, power and ground.
#include <MLSensor.h>

MLSensor sensor;

void setup()
{
    Serial.begin(115200);
    Wire.begin();
    while (!sensor.begin()) {
        Serial.println(sensor.error());
        delay(1000);
    }
}

void loop()
{
    if (sensor.available()) {
        Serial.print(sensor.label(sensor.classIndex()));
        Serial.print(" ");
        Serial.println(sensor.confidence());
    }
    delay(sensor.result().period_ds * 50u);
}
