console.log("effects run");
