FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /workspace
COPY pom.xml .
RUN mvn -B dependency:go-offline
COPY src ./src
RUN mvn -B package -DskipTests && \
    java -Djarmode=layertools -jar target/*.jar extract --destination target/extracted

# want error DF006
FROM eclipse-temurin:21-jre
VOLUME /tmp
ARG EXTRACTED=/workspace/target/extracted
# want warning DF033
COPY --from=build ${EXTRACTED}/dependencies/ ./
# want warning DF033
COPY --from=build ${EXTRACTED}/application/ ./
ENV JAVA_OPTS="-XX:MaxRAMPercentage=75"
ENTRYPOINT exec java $JAVA_OPTS org.springframework.boot.loader.launch.JarLauncher
